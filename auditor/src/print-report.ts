/** A verification report for people and for programs. */
import type { QuestionCounts, QuestionResult } from '../../protocol/src/kinds/question-kind.ts'
import type { ResultRecord } from '../../protocol/src/records.ts'
import type { AuditReport } from './audit.ts'
import { finalStatuses } from './what-stays-open.ts'

export const anchoredSentence = 'Verified and anchored: every record here was written by the consortium whose genesis block the anchor names, by its own rules.'

export const openSentence = 'Verified, and the consortium\'s own blocks as far as they go, but something is left open:'

export const unanchoredSentence = 'Verified, but unanchored: these records fit together without a gap, but nothing here shows that they are ' +
  'the records of the consortium\'s ledger. Compare the election\'s id, the root of the box and your tracker with what several members show.'

/** 0: verified, anchored, and all that was asked; 1: failed; 2: verified but unanchored, or with something left open. */
export function exitCode ({ ok, anchored, open }: Pick<AuditReport, 'ok' | 'anchored' | 'open'>): 0 | 1 | 2 {
  if (!ok) return 1
  return anchored && open.length === 0 ? 0 : 2
}

export function reportLines (report: AuditReport): string[] {
  return [
    ...chainLines(report),
    `Election ${report.electionId ?? 'unknown'}${report.status === null ? '' : `, ${report.status}`}`,
    ...report.checks.map(checkLine),
    ...resultLines(report),
    ...endLines(report),
    verdict(report),
    ...report.open,
  ]
}

/** One object: the report without what can be recomputed from it. Properties are only ever added. */
export function reportJson ({ ok, anchored, electionId, status, chain, checks, result, open }: AuditReport): string {
  return JSON.stringify({ ok, anchored, electionId, status, chain, checks, result, open })
}

function chainLines ({ chain }: AuditReport): string[] {
  if (chain === null) return []
  return [
    `Channel ${chain.channel ?? 'unknown'}, genesis block ${chain.genesis ?? 'unknown'}`,
    `${chain.height} blocks, the last is block ${chain.height - 1}: ${chain.tipHash ?? 'unknown'}`,
  ]
}

function checkLine ({ name, count, ok, detail }: AuditReport['checks'][number]): string {
  const mark = ok ? count > 0 ? 'ok  ' : '-   ' : 'FAIL'
  return `${mark}  ${name.padEnd(24)}${String(count).padStart(9)}  ${detail}`.trimEnd()
}

function resultLines ({ result }: AuditReport): string[] {
  if (result === null) return ['There is no verified result.']
  if (result.withheld) return [`${result.ballots} ballots: too few to be decrypted.`, ...classLines(result)]
  return [
    `${result.ballots} ballots of ${result.roll} people on the roll, box ${result.boxRoot}`,
    ...classLines(result),
    ...result.questions.flatMap(questionLines),
    ...result.pools.length > 1 || result.pools[0]!.weight > 1 ? result.pools.flatMap(poolLines) : [],
  ]
}

function classLines ({ classes, pools }: ResultRecord): string[] {
  if (classes.length === 1) return []
  return [
    ...classes.map(({ id, ballots, roll }) => `  class ${id}: ${ballots} ballots of ${roll} people`),
    ...pools.filter(({ withheld }) => withheld).map(({ classes, ballots }) => `  NOT counted: ${ballots} ballots of ${classes.join(' and ')}, too few to be decrypted`),
  ]
}

/** What each pool gave to the counts. */
function poolLines ({ classes, weight, ballots, withheld, questions }: ResultRecord['pools'][number]): string[] {
  if (withheld) return []
  return [
    `${classes.join(' and ')}, ${ballots} ballots, each counted ${weight === 1 ? 'once' : `${weight} times`}:`,
    ...questions.map(({ id, counts, blank }) =>
      `  ${id}: ${[...Object.keys(counts).map((option) => `${option} ${countOf(counts, option)}`), ...blank === null ? [] : [`blank ${blank}`]].join(', ')}`),
  ]
}

function countOf (counts: QuestionCounts['counts'], option: string): string {
  const count = counts[option]!
  return typeof count === 'number' ? `${count}` : `(${Object.entries(count).map(([grade, number]) => `${grade} ${number}`).join(', ')})`
}

function questionLines ({ id, counts, blank, ranking, medians, steps = [], winners, funded, quorum }: QuestionResult): string[] {
  return [
    `${id}:`,
    ...ranking.flat().map((option) => `  ${option}: ${medians === undefined ? '' : `${medians[option] ?? 'no grade'} `}${countOf(counts, option)}`),
    ...(blank === null ? [] : [`  blank: ${blank}`]),
    `  first: ${winners.length === 0 ? 'nobody' : winners.join(', ')}`,
    ...(funded === undefined ? [] : [`  funded for ${funded.cost} of ${funded.budget}: ${funded.options.join(', ')}`]),
    ...(quorum === undefined ? [] : [`  quorum of ${quorum.needed} ballots: ${quorum.reached ? 'reached' : 'NOT reached'}`]),
    ...ranking.filter((together) => together.length > 1).map((together) => `  exactly equal: ${together.join(', ')}`),
    ...steps.map(({ better, worse, removed, of, grades }) => `  ${better} before ${worse}: with ${removed} of ${of} grades around the median taken away, the medians are ${grades.join(' and ')}`),
  ]
}

/** Nothing in a chain shows that it goes on: whoever gave it may have kept the rest back. */
function endLines ({ ok, chain, status }: AuditReport): string[] {
  if (!ok || chain === null || status === null) return []
  if (finalStatuses.includes(status)) return [`The election is ${status} since block ${chain.stateChangedIn ?? 0}; what follows can't change it.`]
  return [`What was read ends with block ${chain.height - 1}, and there the election is ${status}: it may have gone on since. ` +
    'Ask several members for the number and hash of their last block, and for the blocks after this one.']
}

function verdict (report: AuditReport): string {
  if (report.ok && report.anchored) return report.open.length === 0 ? anchoredSentence : openSentence
  if (report.ok) return unanchoredSentence
  return `NOT verified: ${report.checks.filter(({ ok }) => !ok).map(({ name }) => name).join(', ')} failed.`
}
