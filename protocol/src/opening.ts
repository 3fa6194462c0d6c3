/**
 * What the ledger derives from the posts of trustees and registrars: the keys
 * when the last trustee has confirmed, the opening when all are prepared. The
 * contract writes exactly these records, the auditor expects exactly them.
 */
import { fromHex } from './bytes.ts'
import { type CeremonyContext, ceremonyTranscript, type CommitMessage, type DealMessage, electionKeys, verificationKeys } from './ceremony.ts'
import { type Definition, electionId, electionKeyCount } from './definition.ts'
import { pointToHex } from './group.ts'
import type { KeysRecord, OpeningRecord, RegistrarMessage } from './records.ts'

export function ceremonyContext (definition: Definition): CeremonyContext {
  return {
    electionId: fromHex(electionId(definition), 32),
    trusteeCount: definition.trustees.length,
    threshold: definition.threshold,
    keyCount: electionKeyCount(definition),
  }
}

/** `commits` and `deals` are those of all trustees, checked, in their order; only what the qualified ones dealt counts. */
export function keysRecord (context: CeremonyContext, commits: readonly CommitMessage[], deals: readonly DealMessage[], qualified: readonly number[]): KeysRecord {
  const contributions = qualified.map((trustee) => deals[trustee]!)
  return {
    electionKeys: electionKeys(contributions).map(pointToHex),
    verificationKeys: deals.map((_, trustee) => qualified.includes(trustee) ? verificationKeys(contributions, trustee).map(pointToHex) : []),
    qualified,
    transcript: ceremonyTranscript(context, commits, deals, qualified),
  }
}

/** `registrars` are the messages of all registrars, checked, in their order. */
export function openingRecord (keys: KeysRecord, registrars: readonly RegistrarMessage[]): OpeningRecord {
  return { electionKeys: keys.electionKeys, moduli: registrars.map(({ moduli }) => moduli) }
}
