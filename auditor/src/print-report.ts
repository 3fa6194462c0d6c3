/** A verification report for people and for programs. */
import type { Check, VerificationReport } from '../../protocol/src/verification-report.ts'

export const unanchoredSentence = 'Verified, but unanchored: these records fit together without a gap, but nothing here shows that they are ' +
  'the records of the consortium\'s ledger. Compare the election\'s id, the root of the box and your tracker with what several members show.'

/** 0: verified and anchored; 1: failed; 2: verified but unanchored. */
export function exitCode (report: { readonly ok: boolean, readonly anchored: boolean }): 0 | 1 | 2 {
  if (!report.ok) return 1
  return report.anchored ? 0 : 2
}

export function reportLines (report: VerificationReport): string[] {
  return [
    `Election ${report.electionId ?? 'unknown'}${report.status === null ? '' : `, ${report.status}`}`,
    ...report.checks.map(checkLine),
    ...resultLines(report),
    verdict(report),
  ]
}

/** One object: the report without what can be recomputed from it. */
export function reportJson ({ ok, anchored, electionId, status, checks, result }: VerificationReport): string {
  return JSON.stringify({ ok, anchored, electionId, status, checks, result })
}

function checkLine ({ name, count, ok, detail }: Check): string {
  const mark = ok ? count > 0 ? 'ok  ' : '-   ' : 'FAIL'
  return `${mark}  ${name.padEnd(24)}${String(count).padStart(9)}  ${detail}`.trimEnd()
}

function resultLines ({ result }: VerificationReport): string[] {
  if (result === null) return ['There is no verified result.']
  if (result.withheld) return [`${result.ballots} ballots: too few to be decrypted.`]
  return [
    `${result.ballots} ballots, box ${result.boxRoot}`,
    ...result.questions.flatMap(({ id, counts, blank }) => [
      `${id}:`,
      ...Object.entries(counts).map(([option, count]) => `  ${option}: ${count}`),
      ...(blank === null ? [] : [`  blank: ${blank}`]),
    ]),
  ]
}

function verdict (report: VerificationReport): string {
  if (report.ok) return unanchoredSentence
  return `NOT verified: ${report.checks.filter(({ ok }) => !ok).map(({ name }) => name).join(', ')} failed.`
}
