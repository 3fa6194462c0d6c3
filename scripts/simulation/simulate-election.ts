/** A whole election with given ballots on a running consortium. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { AuditReport } from '../../auditor/src/audit.ts'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import type { Progress } from '../../network/src/progress.ts'
import { askedQuestions } from '../../voter/src/cast-ballot.ts'
import { vote } from '../../voter/src/vote.ts'
import { everywhere, optionId } from '../staging/draft-definition.ts'
import { stageElection } from '../staging/stage-election.ts'
import { countElection } from './count-election.ts'
import type { Counts, Poll } from './poll.ts'
import { type CastOne, runVoters } from './run-voters.ts'

export interface Simulation {
  /** Ballots that were to be cast. */
  readonly ballots: number
  /** Receipts given. */
  readonly committed: number
  /** Refusals by code. */
  readonly rejected: Readonly<Record<string, number>>
  /** By the option's name; for majority judgment by candidate and grade. */
  readonly counts: Counts
  /** Names, best first. */
  readonly ranking: readonly string[]
  readonly winners: readonly string[]
  /** Of a participatory budget: what is funded, in this order. */
  readonly funded?: readonly string[]
  /** Every check of the audit holds, every committed ballot was counted, and every count is that of the ballots given. */
  readonly verified: boolean
  /** From the first voter to the last receipt. */
  readonly votingSeconds: number
}

export interface SimulateOptions {
  readonly network: RunningNetwork
  readonly title: string
  readonly poll: Poll
  readonly atOnce: number
  readonly progress: Progress
  /** Where the bundle stays; without it, it is removed. */
  readonly out?: string
  readonly castOne?: CastOne
}

export async function simulateElection (options: SimulateOptions): Promise<Simulation & { readonly report: AuditReport }> {
  const { network, poll, progress, out } = options
  const staged = await stageElection(network, { title: everywhere(options.title), context: null, hoursOpen: 24, questions: [poll.question] }, poll.answers.length, progress)
  const voters = poll.answers.map((answer, i) => ({ codes: staged.codes[i]!, answers: [answer] }))
  const asked = new Map<number, ReadonlySet<string>>()
  const { receipts, rejected, seconds } = await runVoters({
    electionId: staged.electionId,
    gateways: network.members.map(({ gateway }) => gateway.url),
    voters,
    atOnce: options.atOnce,
    progress,
    castOne: options.castOne ?? (async (election, voter, gateways, index) => {
      const { receipt, credential } = await vote(election, voter.codes, voter.answers, { gateways })
      const [question] = askedQuestions(election.election, credential)
      asked.set(index, new Set('options' in question! ? question.options.map(({ id }) => id) : []))
      return receipt
    }),
  })
  const bundle = out ?? join(network.dataFolder, `${staged.electionId}.ndjson`)
  const { result, report } = await countElection(network, staged.electionId, bundle, progress)
  if (out === undefined) await rm(bundle, { force: true })
  const question = result.questions[0]
  const { nameOf } = poll
  const counts = Object.fromEntries(Object.entries(question?.counts ?? {}).map(([id, count]) =>
    [nameOf(id), typeof count === 'number' ? count : Object.fromEntries(Object.entries(count).map(([grade, number]) => [nameOf(grade), number]))]))
  const everyone = !('draw' in poll.question)
  const expected = poll.expected((voter, option) => everyone || asked.get(voter)?.has(optionId(option)) === true)
  // what too few were asked about is told by nobody
  for (const [option, { id }] of ('options' in poll.question ? poll.question.options : []).entries()) {
    if (question?.drawn !== undefined && !Object.hasOwn(question.counts, id) && question.drawn[id] === [...asked.values()].filter((its) => its.has(optionId(option))).length) delete expected[nameOf(id)]
  }
  const verified = report.ok && result.ballots === receipts.length && isDeepStrictEqual(counts, expected) && isDeepStrictEqual(report.result, result)
  return { ballots: poll.answers.length, committed: receipts.length, rejected, counts, ranking: question?.ranking.flat().map(nameOf) ?? [], winners: question?.winners.map(nameOf) ?? [], ...(question?.funded === undefined ? {} : { funded: question.funded.options.map(nameOf) }), verified, votingSeconds: seconds, report }
}
