import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Committed } from '../port.ts'
import type { Availability } from './availability.ts'
import { type Collected, collectEndorsements } from './collect-endorsements.ts'
import type { RecordedTransaction } from './commit-feed.ts'
import type { FabricConnection } from './connection.ts'
import { endorsementFailure, isRefusedByEnough, type RefusalRules } from './endorsement-failure.ts'
import { askEndorser, type Endorsed, resultOf } from './endorser.ts'
import type { NetworkMembers } from './network-members.ts'
import { orderTransaction } from './order-transaction.ts'
import { broadcast, isTaken } from './orderer.ts'
import type { SignedProposal, Submission } from './proposal.ts'
import { transactionEnvelope } from './transaction-envelope.ts'
import { invalidTransaction, isForItsEndorsements, isValid } from './validation-codes.ts'

const attempts = 5
const waitBetweenMilliseconds = 150
const endorseMilliseconds = 30_000
/** Who is silent for longer, and for three times the usual, has others asked in its place. */
const slowEndorserMilliseconds = 3_000
const broadcastMilliseconds = 3_000
/** From an orderer's taking a transaction to giving it to another one as well, unless it is only busy. */
const resendMilliseconds = 4_000

/** Under BFT, Fabric's orderers take no larger transaction (`RequestMaxBytes` in its `smartbft/util.go`). */
const mostEnvelopeBytes = 500 * 1024

/**
 * Endorses, orders and waits for the commit on the own peer, as `submitInSteps` says.
 *
 * @throws ScrutinError as the port says
 */
export async function submitTransaction (connection: FabricConnection, submission: Submission): Promise<Committed> {
  const { members, mspId } = connection
  return await submitInSteps({
    propose: () => connection.proposals.build(connection.chaincode, submission),
    endorse: async (proposal) => await endorse(connection, proposal),
    order: async (proposal, endorsed) => await order(connection, proposal, endorsed),
    refusals: refusalRules(members),
    ownMember: mspId,
    availability: members.availability,
  })
}

export interface SubmissionSteps {
  /** Each time another transaction. */
  readonly propose: () => SignedProposal
  readonly endorse: (proposal: SignedProposal) => Promise<Collected>
  /** Gives what the network made of it, valid or not. */
  readonly order: (proposal: SignedProposal, endorsed: readonly Endorsed[]) => Promise<RecordedTransaction>
  readonly refusals: RefusalRules
  readonly ownMember: string
  readonly availability: Availability
}

/**
 * As long as the endorsers disagree (their peers stand at different blocks), nothing has been ordered yet: tried again a
 * few times, as a new transaction. Once a transaction has been handed to an orderer, only that same one is sent again, until
 * it has its verdict. If that is that its endorsements do not suffice, one of the endorsers gave one that does not count:
 * the foreign ones are set aside, and others asked.
 */
export async function submitInSteps ({ propose, endorse, order, refusals, ownMember, availability }: SubmissionSteps): Promise<Committed> {
  for (let attempt = 1; ; attempt++) {
    const proposal = propose()
    const { endorsed, answers } = await endorse(proposal)
    if (endorsed === undefined) {
      const { error, disagreement } = endorsementFailure(answers, refusals)
      if (!disagreement || attempt === attempts) throw error
      await sleep(waitBetweenMilliseconds * attempt)
      continue
    }
    const { code, blockNumber, index } = await order(proposal, endorsed)
    const foreign = [...answers].filter(([address, answer]) => answer.kind === 'endorsed' && endorsed.includes(answer) && refusals.memberOf(address) !== ownMember)
    if (isValid(code)) {
      for (const [address] of foreign) availability.proved(address)
      return { blockNumber, index, transactionId: proposal.transactionId, result: resultOf(endorsed[0]!.payload) }
    }
    if (isForItsEndorsements(code)) for (const [address] of foreign) availability.spoilt(address)
    if (!isForItsEndorsements(code) || attempt === attempts) throw invalidTransaction(proposal.transactionId, code)
  }
}

function refusalRules (members: NetworkMembers): RefusalRules {
  return { memberOf: (address) => members.endorser(address)?.mspId ?? '', needed: members.refusalsNeeded }
}

async function endorse ({ members, endorsingPace }: FabricConnection, proposal: SignedProposal): Promise<Collected> {
  const { availability, plan } = members
  if (plan === undefined) {
    members.refresh()
    throw new ScrutinError('ledger.unavailable', 'too few members are there to endorse the transaction')
  }
  const start = performance.now()
  const collected = await collectEndorsements({
    plan,
    rank: members.rankEndorsers(),
    isRefused: (answers) => isRefusedByEnough(answers, refusalRules(members)),
    slowAfterMilliseconds: endorsingPace.unusual(slowEndorserMilliseconds),
    ask: async (address) => {
      const endorser = members.endorser(address)
      if (endorser === undefined) return { kind: 'failed', cause: new Error(`${address} is not an endorser any more`) }
      const answer = await askEndorser(members.client(endorser), members.identitiesOf(endorser.mspId), proposal.signed, endorseMilliseconds)
      if (answer.kind === 'failed') availability.failed(address)
      if (answer.kind === 'endorsed') availability.worked(address)
      return answer
    },
  })
  if (collected.endorsed !== undefined) endorsingPace.note(performance.now() - start)
  for (const address of collected.slow) availability.failed(address)
  for (const address of collected.dissenting) availability.disagreed(address)
  // the others endorse what one refuses: it may be behind, or its contract down
  if (collected.endorsed !== undefined) {
    for (const [address, { kind }] of collected.answers) if (kind === 'refused') availability.failed(address)
  }
  if (collected.slow.length > 0 || [...collected.answers.values()].some(({ kind }) => kind === 'failed')) members.refresh()
  return collected
}

async function order (connection: FabricConnection, proposal: SignedProposal, endorsed: readonly Endorsed[]): Promise<RecordedTransaction> {
  const { members, commits, delivery, progress } = connection
  const { availability } = members
  const { transactionId } = proposal
  // better not to order at all than not to learn what became of it
  if (!commits.isConnected) throw new ScrutinError('ledger.unavailable', `transaction ${transactionId} was not ordered: the peer of ${connection.mspId} is not there to tell what becomes of it`)
  const envelope = transactionEnvelope(delivery.identity, proposal, endorsed)
  const committed = commits.expect(transactionId)
  let taken: { readonly address: string, readonly at: number } | undefined
  try {
    const recorded = await orderTransaction({
      transactionId,
      committed,
      limits: { resendAfterMilliseconds: resendMilliseconds },
      isQueued: (address, takenAt) => progress.isQueued(address, takenAt, resendMilliseconds),
      orderers: () => members.orderersInTurn(),
      swallowed: (address) => { availability.failed(address) },
      send: async (address) => {
        const orderer = members.orderer(address)
        if (orderer === undefined) return false
        const took = await broadcast(members.client(orderer), envelope, broadcastMilliseconds).then(isTaken, () => false)
        if (took) {
          availability.worked(address)
          taken = { address, at: performance.now() }
        } else availability.failed(address)
        return took
      },
    })
    if (taken !== undefined) progress.committed(taken.address, taken.at)
    return recorded
  } catch (error) {
    if (error instanceof ScrutinError && error.code === 'ledger.unavailable' && envelope.length > mostEnvelopeBytes) {
      throw new ScrutinError('input.too-large', `no orderer took transaction ${transactionId} of ${envelope.length} bytes; under BFT they take ${mostEnvelopeBytes}`, { cause: error })
    }
    throw error
  } finally {
    commits.forget(transactionId)
  }
}
