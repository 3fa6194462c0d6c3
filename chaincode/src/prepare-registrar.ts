import { toBase64url } from '../../protocol/src/bytes.ts'
import { modulusHash } from '../../protocol/src/credential.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { checkRegistrarMessage, parseRegistrarMessage, parseSigned } from '../../protocol/src/messages.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { readStoredElection, requireStatus } from './election-records.ts'
import { requireParty } from './require-party.ts'
import { parseArgument, type Transaction } from './transaction.ts'

/** Fixes a registrar's RSA keys and its signature of the roll. Once only; no modulus may ever come twice. */
export async function prepareRegistrar (transaction: Transaction, electionId: string, signedText: string): Promise<Record<string, never>> {
  transaction.requireRole('registrar')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'announced', 'keyed')
  const signed = parseSigned(parseArgument(signedText))
  const message = parseRegistrarMessage(signed.message)
  requireParty(transaction, election, 'registrar', message.registrar, tags.registrarMessage, signed)
  const key = recordKeys.registrar(electionId, message.registrar)
  if (await transaction.state.exists(key)) throw new ScrutinError('registrar.exists')
  for (const modulus of checkRegistrarMessage(election.idBytes, election.definition, message)) {
    const modulusKey = recordKeys.modulus(modulusHash(modulus))
    if (await transaction.state.exists(modulusKey)) throw new ScrutinError('registrar.key-reused')
    await transaction.state.put(modulusKey, { electionId, registrar: message.registrar, modulus: toBase64url(modulus) })
  }
  await transaction.state.put(key, signed)
  transaction.emit('registrar', { electionId, registrar: message.registrar })
  return {}
}
