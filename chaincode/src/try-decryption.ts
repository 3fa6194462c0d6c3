import { ScrutinError } from '../../protocol/src/errors.ts'
import { parseSigned } from '../../protocol/src/messages.ts'
import { type KeysRecord, recordKeys } from '../../protocol/src/records.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { checkTrial, parseTrialMessage } from '../../protocol/src/trial.ts'
import { readStoredElection, requireStatus, type StoredElection } from './election-records.ts'
import { requireParty } from './require-party.ts'
import { parseArgument, type Transaction } from './transaction.ts'

/** Takes the trial decryption by which a trustee shows, before opening, that it holds its shares. */
export async function postTrial (transaction: Transaction, electionId: string, signedText: string): Promise<Record<string, never>> {
  transaction.requireRole('trustee')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'keyed')
  const signed = parseSigned(parseArgument(signedText))
  const message = parseTrialMessage(signed.message)
  requireParty(transaction, election, 'trustee', message.trustee, tags.trialMessage, signed)
  const key = recordKeys.trial(electionId, message.trustee)
  if (await transaction.state.exists(key)) throw new ScrutinError('trial.exists')
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
