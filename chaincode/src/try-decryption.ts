import { ScrutinError } from '../../protocol/src/errors.ts'
import { type KeysRecord, recordKeys } from '../../protocol/src/records.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { checkTrial, parseTrialMessage, type TrialMessage } from '../../protocol/src/trial.ts'
import type { StoredElection } from './election-records.ts'
import { type PartyMessage, readPosted } from './require-party.ts'
import type { Transaction } from './transaction.ts'

const trialMessage: PartyMessage<TrialMessage> = {
  party: 'trustee', during: ['keyed'], parse: parseTrialMessage, indexOf: ({ trustee }) => trustee, tag: tags.trialMessage, key: recordKeys.trial, exists: 'trial.exists',
}

/** Takes the trial decryption by which a trustee shows, before opening, that it holds its shares. */
export async function postTrial (transaction: Transaction, electionId: string, signedText: string): Promise<Record<string, never>> {
  const { election, message, signed, key } = await readPosted(transaction, electionId, signedText, trialMessage)
  checkTrial(election.idBytes, await readKeys(transaction, electionId), message)
  await transaction.state.put(key, signed)
  transaction.emit('trial', { electionId, trustee: message.trustee })
  return {}
}

/** Throws `election.not-ready` unless every qualified trustee has decrypted on trial. */
export async function requireTrials (transaction: Transaction, { id }: StoredElection, { qualified }: KeysRecord): Promise<void> {
  const done = await Promise.all(qualified.map(async (trustee) => await transaction.state.exists(recordKeys.trial(id, trustee))))
  const missing = qualified.find((_, i) => done[i] !== true)
  if (missing !== undefined) throw new ScrutinError('election.not-ready', `trustee ${missing + 1} has not decrypted on trial`)
}

/** The keys of an election that is keyed, or has been. */
export async function readKeys (transaction: Transaction, electionId: string): Promise<KeysRecord> {
  const keys = await transaction.state.get<KeysRecord>(recordKeys.keys(electionId))
  if (keys === undefined) throw new Error('a keyed election has keys')
  return keys
}
