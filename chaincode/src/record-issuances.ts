import { cutOffMs, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { findForgedIssuances, issuanceKeys } from '../../protocol/src/issuances.ts'
import { parseSignedIssuance } from '../../protocol/src/messages.ts'
import { recordKeys, type SignedIssuance } from '../../protocol/src/records.ts'
import { assertOnRoll } from '../../protocol/src/roll.ts'
import { mostIssuancesAtOnce } from '../../protocol/src/transaction-size.ts'
import { readStoredElection, requireRegistrars, requireStatus } from './election-records.ts'
import { parseArgument, type Transaction } from './transaction.ts'

/** Writes one registrar's issuances, all or none: each is signed by its key, and each leaf stands on the roll and gets one only. */
export async function recordIssuances (transaction: Transaction, electionId: string, issuancesText: string): Promise<{ recorded: number }> {
  transaction.requireRole('registrar')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'keyed', 'open')
  const { definition } = election
  const end = definition.issuing.endsAt === null ? cutOffMs(definition) : timestampMs(definition.issuing.endsAt)
  if (transaction.timeMs() > end) throw new ScrutinError('election.too-late', 'issuing has ended')
  await requireRegistrars(transaction, election)
  const issuances = parseIssuances(issuancesText)
  for (const { message } of issuances) {
    const registrar = definition.registrars[message.registrar]
    if (registrar === undefined) throw new ScrutinError('registrar.unknown')
    transaction.requireMsp(registrar.mspId)
  }
  const [forged] = findForgedIssuances(issuanceKeys(definition), election.idBytes, issuances)
  if (forged !== undefined) throw new ScrutinError('access.signature', `the issuance for ${issuances[forged]!.message.place.commitment}`)
  for (const signed of issuances) {
    const issuance = signed.message
    assertOnRoll(definition.roll, issuance.place)
    if (issuance.place.classIndex >= definition.classes.length) throw new ScrutinError('issuance.leaf', 'there is no such class')
    const key = recordKeys.issuance(electionId, issuance.registrar, issuance.place.commitment)
    if (await transaction.state.exists(key)) throw new ScrutinError('issuance.exists', issuance.place.commitment)
    await transaction.state.put(key, signed)
  }
  return { recorded: issuances.length }
}

function parseIssuances (text: string): SignedIssuance[] {
  const list = parseArgument(text)
  if (!Array.isArray(list) || list.length === 0 || list.length > mostIssuancesAtOnce) throw new ScrutinError('input.malformed', `expected 1 to ${mostIssuancesAtOnce} issuances`)
  const issuances = list.map(parseSignedIssuance)
  const leaves = issuances.map(({ message: { registrar, place } }) => `${registrar}/${place.commitment}`)
  if (new Set(leaves).size !== leaves.length) throw new ScrutinError('issuance.exists', 'a leaf comes twice')
  return issuances
}
