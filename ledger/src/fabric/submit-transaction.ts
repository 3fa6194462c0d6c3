import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Committed } from '../port.ts'
import { type Collected, collectEndorsements } from './collect-endorsements.ts'
import type { FabricConnection } from './connection.ts'
import { endorsementFailure } from './endorsement-failure.ts'
import { askEndorser, type Endorsed, resultOf } from './endorser.ts'
import { orderTransaction } from './order-transaction.ts'
import { broadcast, isTaken } from './orderer.ts'
import type { SignedProposal, Submission } from './proposal.ts'
import { transactionEnvelope } from './transaction-envelope.ts'
import { invalidTransaction, isValid } from './validation-codes.ts'

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
 * Endorses, orders and waits for the commit on the own peer. As long as the endorsers disagree (their peers stand at
 * different blocks), nothing has been ordered yet: tried again a few times, as a new transaction. Once a transaction
 * has been handed to an orderer, only that same one is sent again.
 *
 * @throws ScrutinError as the port says
 */
export async function submitTransaction (connection: FabricConnection, submission: Submission): Promise<Committed> {
  for (let attempt = 1; ; attempt++) {
    const proposal = connection.proposals.build(connection.chaincode, submission)
    const collected = await endorse(connection, proposal)
    if (collected.endorsed !== undefined) return await order(connection, proposal, collected.endorsed)
    const { error, disagreement } = endorsementFailure(collected.answers)
    if (!disagreement || attempt === attempts) throw error
    await sleep(waitBetweenMilliseconds * attempt)
  }
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
    slowAfterMilliseconds: endorsingPace.unusual(slowEndorserMilliseconds),
    ask: async (address) => {
      const endorser = members.endorser(address)
      if (endorser === undefined) return { kind: 'failed', cause: new Error(`${address} is not an endorser any more`) }
      const answer = await askEndorser(members.client(endorser), endorser.mspId, members.authoritiesOf(endorser.mspId), proposal.signed, endorseMilliseconds)
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

async function order (connection: FabricConnection, proposal: SignedProposal, endorsed: readonly Endorsed[]): Promise<Committed> {
  const { members, commits, delivery, progress } = connection
  const { availability } = members
  const { transactionId } = proposal
  const [first] = endorsed
  if (first === undefined) throw new Error('nobody endorsed the transaction')
  // better not to order at all than not to learn what became of it
  if (!commits.isConnected) throw new ScrutinError('ledger.unavailable', `transaction ${transactionId} was not ordered: the peer of ${connection.mspId} is not there to tell what becomes of it`)
  const envelope = transactionEnvelope(delivery.identity, proposal, endorsed)
  const committed = commits.expect(transactionId)
  let taken: { readonly address: string, readonly at: number } | undefined
  try {
    const { code, blockNumber, index } = await orderTransaction({
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
    if (!isValid(code)) throw invalidTransaction(transactionId, code)
    return { blockNumber, index, transactionId, result: resultOf(first.payload) }
  } catch (error) {
    if (error instanceof ScrutinError && error.code === 'ledger.unavailable' && envelope.length > mostEnvelopeBytes) {
      throw new ScrutinError('input.too-large', `no orderer took transaction ${transactionId} of ${envelope.length} bytes; under BFT they take ${mostEnvelopeBytes}`, { cause: error })
    }
    throw error
  } finally {
    commits.forget(transactionId)
  }
}
