/** The trustees' statements of the box's root, their partial decryptions, each checked when it is posted, and the result they combine to. */
import { checkDecryption, decryptionContext, type DecryptionMessage, parseDecryptionMessage } from '../../protocol/src/decryption.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { pointFromHex } from '../../protocol/src/group.ts'
import { isWithheld } from '../../protocol/src/pools.ts'
import { type CountRecord, recordKeys, type ResultRecord, type SignedDecryption } from '../../protocol/src/records.ts'
import { computeResult } from '../../protocol/src/result.ts'
import { checkRootStatement, parseRootStatement, requireRootStatements, type RootStatement } from '../../protocol/src/root-statement.ts'
import { type Tally, tallyFromJson } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { changeStatus, readStoredElection, requireStatus, type StoredElection } from './election-records.ts'
import { type PartyMessage, readPosted } from './require-party.ts'
import type { Transaction } from './transaction.ts'
import { readKeys } from './try-decryption.ts'

const rootStatement: PartyMessage<RootStatement> = {
  party: 'trustee', during: ['tallied'], parse: parseRootStatement, indexOf: ({ trustee }) => trustee, tag: tags.rootStatement, key: recordKeys.boxRoot, exists: 'root.exists',
}

const decryptionMessage: PartyMessage<DecryptionMessage> = {
  party: 'trustee', during: ['tallied'], parse: parseDecryptionMessage, indexOf: ({ trustee }) => trustee, tag: tags.decryptionMessage, key: recordKeys.decryption, exists: 'decryption.exists',
}

/** A trustee's word that it recomputed this box itself. The contract takes it for the root that it counted, and no other. */
export async function signBoxRoot (transaction: Transaction, electionId: string, signedText: string): Promise<Record<string, never>> {
  const { election, message: statement, signed, key } = await readPosted(transaction, electionId, signedText, rootStatement)
  const tally = await readTally(transaction, electionId)
  if (isWithheld(election.definition, tally)) throw new ScrutinError('decryption.withheld')
  checkRootStatement(statement, await readKeys(transaction, electionId), tally)
  await transaction.state.put(key, signed)
  transaction.emit('boxRoot', { electionId, trustee: statement.trustee })
  return {}
}

export async function postDecryption (transaction: Transaction, electionId: string, signedText: string): Promise<Record<string, never>> {
  const { election, message, signed, key } = await readPosted(transaction, electionId, signedText, decryptionMessage)
  const tally = await readTally(transaction, electionId)
  if (isWithheld(election.definition, tally)) throw new ScrutinError('decryption.withheld')
  const keys = await readKeys(transaction, electionId)
  if (!keys.qualified.includes(message.trustee)) throw new ScrutinError('trustee.disqualified')
  requireRootStatements(await readRootSigners(transaction, election), message.trustee, election.definition.threshold)
  const verification = keys.verificationKeys[message.trustee]!.map(pointFromHex)
  checkDecryption(decryptionContext(election.definition, tally), message, verification)
  await transaction.state.put(key, signed)
  transaction.emit('decryption', { electionId, trustee: message.trustee })
  return {}
}

export async function publishResult (transaction: Transaction, electionId: string): Promise<ResultRecord> {
  transaction.requireRole('gateway', 'organiser', 'trustee')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'tallied')
  const { definition } = election
  const tally = await readTally(transaction, electionId)
  const posted = await Promise.all(definition.trustees.map((_, i) => transaction.state.get<SignedDecryption>(recordKeys.decryption(electionId, i))))
  const messages = posted.filter((entry) => entry !== undefined).map(({ message }) => message)
  if (!isWithheld(definition, tally) && messages.length < definition.threshold) {
    throw new ScrutinError('election.not-ready', `${messages.length} of ${definition.threshold} trustees have decrypted`)
  }
  const result = computeResult(definition, tally, messages)
  await transaction.state.put(recordKeys.result(electionId), result)
  await changeStatus(transaction, electionId, 'published')
  return result
}

/** The trustees who signed the root: a statement of another root was never taken. */
async function readRootSigners (transaction: Transaction, { id, definition }: StoredElection): Promise<number[]> {
  const signed = await Promise.all(definition.trustees.map(async (_, i) => await transaction.state.exists(recordKeys.boxRoot(id, i))))
  return [...signed.keys()].filter((i) => signed[i] === true)
}

async function readTally (transaction: Transaction, electionId: string): Promise<Tally> {
  const count = await transaction.state.get<CountRecord>(recordKeys.count(electionId))
  if (count?.complete !== true) throw new Error('a tallied election has a complete count')
  return tallyFromJson(count)
}
