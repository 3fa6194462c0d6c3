import { ScrutinError } from '../../protocol/src/errors.ts'
import { assertSigned, type Signed } from '../../protocol/src/signed-message.ts'
import type { Tag } from '../../protocol/src/tagged-hash.ts'
import type { StoredElection } from './election-records.ts'
import type { Transaction } from './transaction.ts'

/**
 * What a registrar or trustee posts must come from its member and be signed by its key of the definition: a role
 * that a CA gives out is not enough. Throws `registrar.unknown` or `trustee.unknown`, `access.msp`, `access.signature`.
 */
export function requireParty (
  transaction: Transaction, { definition, idBytes }: StoredElection, kind: 'registrar' | 'trustee', index: number, tag: Tag, signed: Signed<unknown>
): void {
  const party = (kind === 'registrar' ? definition.registrars : definition.trustees)[index]
  if (party === undefined) throw new ScrutinError(`${kind}.unknown`)
  transaction.requireMsp(party.mspId)
  assertSigned(tag, idBytes, party.key, signed)
}
