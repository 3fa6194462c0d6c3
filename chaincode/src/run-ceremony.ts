/** The key ceremony as the contract sees it: it orders the rounds and checks every proof it can see. */
import {
  type CeremonyMessage, type CeremonyRound, ceremonyTags, ceremonyTranscript, checkCommit, checkDeal, type CommitMessage, type ComplaintMessage, type ConfirmMessage, type DealMessage,
  parseCeremonyMessage, qualifiedTrustees,
} from '../../protocol/src/ceremony.ts'
import { checkComplaint } from '../../protocol/src/complaint.ts'
import { surelyPastMs } from '../../protocol/src/clock-skew.ts'
import { type Definition, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { parseSigned } from '../../protocol/src/messages.ts'
import { ceremonyContext, keysRecord } from '../../protocol/src/opening.ts'
import { recordKeys, type SignedCeremonyMessage } from '../../protocol/src/records.ts'
import type { Signed } from '../../protocol/src/signed-message.ts'
import { changeStatus, readStoredElection, requireStatus, type StoredElection } from './election-records.ts'
import { requireParty } from './require-party.ts'
import { parseArgument, type Transaction } from './transaction.ts'

export async function postCeremonyMessage (transaction: Transaction, electionId: string, signedText: string): Promise<Record<string, never>> {
  transaction.requireRole('trustee')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'announced')
  const signed = parseSigned(parseArgument(signedText))
  const message = parseCeremonyMessage(signed.message)
  requireParty(transaction, election, 'trustee', message.trustee, ceremonyTags[message.round], signed)
  requireInTime(transaction, election.definition, message.round)
  const key = recordKeys.ceremony(electionId, message.round, message.trustee)
  const earlier = await transaction.state.get<SignedCeremonyMessage>(key)
  if (earlier !== undefined && !isRenewed(earlier.message, message)) throw new ScrutinError('ceremony.exists')
  await transaction.state.put(key, signed)
  await takeMessage(transaction, election, message)
  return {}
}

/** After a complaint was upheld, the qualified trustees confirm again. */
function isRenewed (earlier: CeremonyMessage, message: CeremonyMessage): boolean {
  return earlier.round === 'confirm' && message.round === 'confirm' && earlier.transcript !== message.transcript
}

async function takeMessage (transaction: Transaction, election: StoredElection, message: CeremonyMessage): Promise<void> {
  const context = ceremonyContext(election.definition)
  if (message.round === 'commit') {
    checkCommit(context, message)
    transaction.emit('ceremony', { electionId: election.id, round: message.round })
    return
  }
  const commits = await requireRound<CommitMessage>(transaction, election, 'commit')
  if (message.round === 'deal') {
    checkDeal(context, message, commits[message.trustee]!)
    transaction.emit('ceremony', { electionId: election.id, round: message.round })
    return
  }
  const deals = await requireRound<DealMessage>(transaction, election, 'deal')
  const complaints = (await readRound<ComplaintMessage>(transaction, election, 'complaint')).filter((complaint) => complaint !== undefined)
  if (message.round === 'complaint') {
    checkComplaint(context, message, commits, deals)
    const qualified = qualifiedTrustees(context, [...complaints, message])
    if (qualified.length < election.definition.threshold) {
      await changeStatus(transaction, election.id, 'cancelled', `bad shares in the key ceremony left ${qualified.length} qualified trustees of the ${election.definition.threshold} needed`)
    } else {
      transaction.emit('ceremony', { electionId: election.id, round: message.round })
    }
    return
  }
  const qualified = qualifiedTrustees(context, complaints)
  if (!qualified.includes(message.trustee)) throw new ScrutinError('trustee.disqualified')
  if (message.transcript !== ceremonyTranscript(context, commits, deals, qualified)) throw new ScrutinError('ceremony.commitment', 'the transcript differs')
  await finishWhenComplete(transaction, election, message, commits, deals, qualified)
}

/**
 * Two last confirmations at the same moment read each other's keys, and those of all complaints: one of them conflicts
 * and is sent again. A complaint at the moment of the last confirmation conflicts by the state that both read.
 */
async function finishWhenComplete (
  transaction: Transaction, election: StoredElection, message: ConfirmMessage, commits: readonly CommitMessage[], deals: readonly DealMessage[], qualified: readonly number[]
): Promise<void> {
  const confirms = await readRound<ConfirmMessage>(transaction, election, 'confirm')
  const hasConfirmed = (trustee: number): boolean => trustee === message.trustee || confirms[trustee]?.transcript === message.transcript
  if (!qualified.every(hasConfirmed)) {
    transaction.emit('ceremony', { electionId: election.id, round: message.round })
    return
  }
  await transaction.state.put(recordKeys.keys(election.id), keysRecord(ceremonyContext(election.definition), commits, deals, qualified))
  await changeStatus(transaction, election.id, 'keyed')
}

/** Cancels an election whose ceremony missed a deadline, when that is past by the endorsers' clocks as well: no trustee in time is shut out. */
export async function expireCeremony (transaction: Transaction, electionId: string): Promise<Record<string, never>> {
  transaction.requireRole('gateway', 'trustee', 'organiser')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'announced')
  const round = await currentRound(transaction, election)
  if (transaction.timeMs() <= surelyPastMs(deadlineMs(election.definition, round))) throw new ScrutinError('election.too-early', `the ${round} round still runs`)
  await changeStatus(transaction, electionId, 'cancelled', `the key ceremony missed the deadline of its ${round} round`)
  return {}
}

async function currentRound (transaction: Transaction, election: StoredElection): Promise<'commit' | 'deal' | 'confirm'> {
  for (const round of ['commit', 'deal'] as const) {
    const messages = await readRound(transaction, election, round)
    if (messages.includes(undefined)) return round
  }
  return 'confirm'
}

export async function readRound<Message extends CeremonyMessage> (
  transaction: Transaction, { id, definition }: StoredElection, round: CeremonyRound
): Promise<(Message | undefined)[]> {
  const signed = await readSignedRound(transaction, { id, definition }, round)
  return signed.map((entry) => entry?.message as Message | undefined)
}

export async function readSignedRound (
  transaction: Transaction, { id, definition }: Pick<StoredElection, 'id' | 'definition'>, round: CeremonyRound
): Promise<(SignedCeremonyMessage | undefined)[]> {
  return await Promise.all(definition.trustees.map((_, i) => transaction.state.get<Signed<CeremonyMessage>>(recordKeys.ceremony(id, round, i))))
}

async function requireRound<Message extends CeremonyMessage> (transaction: Transaction, election: StoredElection, round: CeremonyRound): Promise<Message[]> {
  const messages = await readRound<Message>(transaction, election, round)
  return messages.map((message, i) => {
    if (message === undefined) throw new ScrutinError('ceremony.order', `trustee ${i + 1} has not posted its ${round}`)
    return message
  })
}

function requireInTime (transaction: Transaction, definition: Definition, round: CeremonyRound): void {
  if (transaction.timeMs() > deadlineMs(definition, round)) throw new ScrutinError('election.too-late', `the deadline of the ${round} round has passed`)
}

function deadlineMs ({ ceremony }: Definition, round: CeremonyRound): number {
  return timestampMs({ commit: ceremony.commitBy, deal: ceremony.dealBy, confirm: ceremony.confirmBy, complaint: ceremony.confirmBy }[round])
}
