/** The key ceremony as the contract sees it: it orders the rounds and checks every proof it can see. */
import {
  assertDealer, type CeremonyMessage, type CeremonyRound, ceremonyTags, ceremonyTranscript, checkCommit, checkDeal, type CommitMessage, type ConfirmMessage, type DealMessage,
  parseCeremonyMessage,
} from '../../protocol/src/ceremony.ts'
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
  if (await transaction.state.exists(key)) throw new ScrutinError('ceremony.exists')
  await transaction.state.put(key, signed)
  await takeMessage(transaction, election, message)
  return {}
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
  if (message.round === 'complaint') {
    assertDealer(context, message)
    // Who of the two is right can't be told yet, so nobody's key is used.
    await changeStatus(transaction, election.id, 'cancelled', `trustee ${message.trustee + 1} found a bad share from trustee ${message.dealer + 1}`)
    return
  }
  if (message.transcript !== ceremonyTranscript(context, commits, deals)) throw new ScrutinError('ceremony.commitment', 'the transcript differs')
  await finishWhenComplete(transaction, election, message, commits, deals)
}

/** Two last confirmations at the same moment read each other's keys: one of them conflicts and is sent again. */
async function finishWhenComplete (
  transaction: Transaction, election: StoredElection, message: ConfirmMessage, commits: readonly CommitMessage[], deals: readonly DealMessage[]
): Promise<void> {
  const confirms = await readRound<ConfirmMessage>(transaction, election, 'confirm')
  if (confirms.some((confirm, i) => confirm === undefined && i !== message.trustee)) {
    transaction.emit('ceremony', { electionId: election.id, round: message.round })
    return
  }
  await transaction.state.put(recordKeys.keys(election.id), keysRecord(ceremonyContext(election.definition), commits, deals))
  await changeStatus(transaction, election.id, 'keyed')
}

/** Cancels an election whose ceremony missed a deadline. */
export async function expireCeremony (transaction: Transaction, electionId: string): Promise<Record<string, never>> {
  transaction.requireRole('gateway', 'trustee', 'organiser')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'announced')
  const round = await currentRound(transaction, election)
  if (transaction.timeMs() <= deadlineMs(election.definition, round)) throw new ScrutinError('election.too-early', `the ${round} round still runs`)
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
