import { toBase64url } from '../../protocol/src/bytes.ts'
import { modulusHash } from '../../protocol/src/credential.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { checkRegistrarMessage, parseRegistrarMessage } from '../../protocol/src/messages.ts'
import { recordKeys, type RegistrarMessage } from '../../protocol/src/records.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { type PartyMessage, readPosted } from './require-party.ts'
import type { Transaction } from './transaction.ts'

const registrarMessage: PartyMessage<RegistrarMessage> = {
  party: 'registrar', during: ['announced', 'keyed'], parse: parseRegistrarMessage, indexOf: ({ registrar }) => registrar, tag: tags.registrarMessage, key: recordKeys.registrar, exists: 'registrar.exists',
}

/** Fixes a registrar's RSA keys and its signature of the roll. Once only; no modulus may ever come twice. */
export async function prepareRegistrar (transaction: Transaction, electionId: string, signedText: string): Promise<Record<string, never>> {
  const { election, message, signed, key } = await readPosted(transaction, electionId, signedText, registrarMessage)
  for (const modulus of checkRegistrarMessage(election.idBytes, election.definition, message)) {
    const modulusKey = recordKeys.modulus(modulusHash(modulus))
    if (await transaction.state.exists(modulusKey)) throw new ScrutinError('registrar.key-reused')
    await transaction.state.put(modulusKey, { electionId, registrar: message.registrar, modulus: toBase64url(modulus) })
  }
  await transaction.state.put(key, signed)
  transaction.emit('registrar', { electionId, registrar: message.registrar })
  return {}
}
