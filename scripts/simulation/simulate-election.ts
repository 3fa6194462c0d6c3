/** A whole election with given ballots on a running consortium. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { AuditReport } from '../../auditor/src/audit.ts'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import type { Progress } from '../../network/src/progress.ts'
import type { QuestionResult } from '../../protocol/src/kinds/question-kind.ts'
import { approvalDraft, optionId } from '../staging/draft-definition.ts'
import { stageElection } from '../staging/stage-election.ts'
import { countElection } from './count-election.ts'
import { type BallotsFile, expectedCounts } from './read-ballots.ts'
import { type CastOne, runVoters } from './run-voters.ts'

export interface Simulation {
  /** Ballots that were to be cast. */
  readonly ballots: number
  /** Receipts given. */
  readonly committed: number
  /** Refusals by code. */
  readonly rejected: Readonly<Record<string, number>>
  /** By the option's name. */
  readonly counts: QuestionResult['counts']
  /** Every check of the audit holds, every committed ballot was counted, and every count is that of the ballots given. */
  readonly verified: boolean
  /** From the first voter to the last receipt. */
  readonly votingSeconds: number
}

export interface SimulateOptions {
  readonly network: RunningNetwork
  readonly title: string
  readonly file: BallotsFile
  readonly atOnce: number
  readonly progress: Progress
  /** Where the bundle stays; without it, it is removed. */
  readonly out?: string
  readonly castOne?: CastOne
}

export async function simulateElection (options: SimulateOptions): Promise<Simulation & { readonly report: AuditReport }> {
  const { network, file, progress, out } = options
  const staged = await stageElection(network, approvalDraft(options.title, file.options), file.ballots.length, progress)
  const voters = file.ballots.map((ballot, i) => ({ codes: staged.codes[i]!, answers: [{ choose: ballot.map(optionId) }] }))
  const { receipts, rejected, seconds } = await runVoters({
    electionId: staged.electionId,
    gateways: network.members.map(({ gateway }) => gateway.url),
    voters,
    atOnce: options.atOnce,
    progress,
    ...(options.castOne === undefined ? {} : { castOne: options.castOne }),
  })
  const bundle = out ?? join(network.dataFolder, `${staged.electionId}.ndjson`)
  const { result, report } = await countElection(network, staged.electionId, bundle, progress)
  if (out === undefined) await rm(bundle, { force: true })
  const byId = result.questions[0]?.counts ?? {}
  const counts = Object.fromEntries(file.options.map((name, i) => [name, byId[optionId(i)] ?? 0]))
  const verified = report.ok && result.ballots === receipts.length && isDeepStrictEqual(counts, expectedCounts(file)) && isDeepStrictEqual(report.result, result)
  return { ballots: file.ballots.length, committed: receipts.length, rejected, counts, verified, votingSeconds: seconds, report }
}
