/** What a registrar or trustee of the definition posts, and what has to hold of it before anyone looks at what it says. */
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { parseSigned } from '../../protocol/src/messages.ts'
import type { ElectionStatus } from '../../protocol/src/records.ts'
import { assertSigned, type Signed } from '../../protocol/src/signed-message.ts'
import type { Tag } from '../../protocol/src/tagged-hash.ts'
import { readStoredElection, requireStatus, type StoredElection } from './election-records.ts'
import { parseArgument, type Transaction } from './transaction.ts'

/** A kind of message that a party posts once in an election. */
export interface PartyMessage<Message> {
  readonly party: 'registrar' | 'trustee'
  readonly during: readonly ElectionStatus[]
  readonly parse: (value: unknown) => Message
  readonly indexOf: (message: Message) => number
  readonly tag: Tag
  /** Where it stands. */
  readonly key: (electionId: string, index: number) => string
  /** How a second one is refused. */
  readonly exists: ErrorCode
}

export interface PostedMessage<Message> {
  readonly election: StoredElection
  readonly message: Message
  readonly signed: Signed<unknown>
  readonly key: string
}

/** Throws `access.role`, `election.unknown`, `election.state`, `input.malformed`, what `requireParty` throws, and the code for a second message. Writes nothing. */
export async function readPosted<Message> (transaction: Transaction, electionId: string, signedText: string, rules: PartyMessage<Message>): Promise<PostedMessage<Message>> {
  transaction.requireRole(rules.party)
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, ...rules.during)
  const signed = parseSigned(parseArgument(signedText))
  const message = rules.parse(signed.message)
  const index = rules.indexOf(message)
  requireParty(transaction, election, rules.party, index, rules.tag, signed)
  const key = rules.key(electionId, index)
  if (await transaction.state.exists(key)) throw new ScrutinError(rules.exists)
  return { election, message, signed, key }
}

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
