/** What the trustee reads from its peer. It believes the peer's word for nothing that a hash or a signature can show. */
import type { Ledger } from '../../ledger/src/port.ts'
import { checkDefinition, type Definition, electionId } from '../../protocol/src/definition.ts'
import { type CeremonyMessage, type CeremonyRound, ceremonyTags, parseCeremonyMessage } from '../../protocol/src/ceremony.ts'
import { fromBase64url, fromHex } from '../../protocol/src/bytes.ts'
import { parseCanonical } from '../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { parseSigned } from '../../protocol/src/messages.ts'
import { type ElectionStatus, electionStatuses, type ExportedRecord, type KeysRecord, recordKeys, type SignedDecryption } from '../../protocol/src/records.ts'
import { parseRootStatement, type RootStatement } from '../../protocol/src/root-statement.ts'
import { parseDecryptionMessage } from '../../protocol/src/decryption.ts'
import { assertSigned, type Signed } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'

/** The contract's answer, as the contract types it. */
export async function readContract<T> (ledger: Ledger, transaction: string, ...args: readonly string[]): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await ledger.evaluate(transaction, args))) as T
}

export interface KnownElection {
  readonly id: string
  readonly definition: Definition
  readonly status: ElectionStatus
  /** Undefined before they stand. As the peer shows them: a trustee holds them against what it confirmed. */
  readonly keys: KeysRecord | undefined
  /** Trustees who have decrypted on trial. */
  readonly trials: readonly number[]
  /** This trustee's index; undefined when the definition does not name its key. */
  readonly trustee: number | undefined
}

/** Throws `ledger.record` when the definition is not the one that the id names. */
export async function readElection (ledger: Ledger, id: string, publicKey: string): Promise<KnownElection> {
  const view = await readContract<{ definition: unknown, state: { status: string }, keys: KeysRecord | null, trials: number[] }>(ledger, 'readElection', id)
  const definition = checkDefinition(view.definition)
  const status = electionStatuses.find((name) => name === view.state.status)
  if (electionId(definition) !== id || status === undefined) throw new ScrutinError('ledger.record', `the definition or state of ${id}`)
  const index = definition.trustees.findIndex(({ key }) => key === publicKey)
  return {
    id, definition, status, keys: view.keys ?? undefined, trials: view.trials, trustee: index < 0 ? undefined : index,
  }
}

export interface PostedCeremony {
  readonly commits: readonly (Message<'commit'> | undefined)[]
  readonly deals: readonly (Message<'deal'> | undefined)[]
  readonly confirms: readonly (Message<'confirm'> | undefined)[]
  readonly complaints: readonly (Message<'complaint'> | undefined)[]
}
type Message<R extends CeremonyRound> = Extract<CeremonyMessage, { round: R }>

/** The messages of all trustees, each with its signature checked; throws `access.signature` or `input.malformed`. */
export async function readCeremony (ledger: Ledger, { id, definition }: KnownElection): Promise<PostedCeremony> {
  const posted = await readContract<Record<'commits' | 'deals' | 'confirms' | 'complaints', (Signed<unknown> | null)[]>>(ledger, 'readCeremony', id)
  const take = <R extends CeremonyRound>(round: R, list: readonly unknown[]): (Message<R> | undefined)[] => definition.trustees.map(({ key }, trustee) => {
    const entry = list[trustee] ?? null
    if (entry === null) return undefined
    const signed = parseSigned(entry)
    const message = parseCeremonyMessage(signed.message)
    if (message.round !== round || message.trustee !== trustee) throw new ScrutinError('ceremony.order', 'a message stands in the place of another')
    assertSigned(ceremonyTags[round], fromHex(id, 32), key, signed)
    return message as Message<R>
  })
  return {
    commits: take('commit', posted.commits),
    deals: take('deal', posted.deals),
    confirms: take('confirm', posted.confirms),
    complaints: take('complaint', posted.complaints),
  }
}

/** The trustees' statements among the records `box-root`, each with its signature checked; throws `access.signature` or `input.malformed`. */
export async function readRootStatements (records: AsyncIterable<ExportedRecord>, { id, definition }: KnownElection): Promise<RootStatement[]> {
  const statements: RootStatement[] = []
  for await (const { key, value } of records) {
    const signed = parseSigned(parseCanonical(fromBase64url(value)))
    const statement = parseRootStatement(signed.message)
    const trustee = definition.trustees[statement.trustee]
    if (trustee === undefined || key !== recordKeys.boxRoot(id, statement.trustee)) throw new ScrutinError('trustee.unknown')
    assertSigned(tags.rootStatement, fromHex(id, 32), trustee.key, signed)
    statements.push(statement)
  }
  return statements
}

/** The trustee's own decryption among the records `decryption`, its signature checked; undefined when there is none. Throws `access.signature` or `input.malformed`. */
export async function readDecryptionOf (records: AsyncIterable<ExportedRecord>, { id, definition }: KnownElection, trustee: number): Promise<SignedDecryption | undefined> {
  for await (const { key, value } of records) {
    if (key !== recordKeys.decryption(id, trustee)) continue
    const signed = parseSigned(parseCanonical(fromBase64url(value)))
    assertSigned(tags.decryptionMessage, fromHex(id, 32), definition.trustees[trustee]!.key, signed)
    return { message: parseDecryptionMessage(signed.message), signature: signed.signature }
  }
  return undefined
}

/** A client may claim a time that far from the endorsers' clocks, and so be listed before what was announced earlier. */
const rewindMs = 5 * 60_000

/** Ids of the elections announced since `since` (RFC 3339; empty: all), and from when on to look next time: some come twice. */
export async function readAnnounced (ledger: Ledger, since: string): Promise<{ ids: string[], since: string }> {
  const ids: string[] = []
  let newest = ''
  for (let from: string | null = since === '' ? '' : `${since}/`; from !== null;) {
    const page: { elections: { electionId: string, announcedAt: string }[], cursor: string | null } = await readContract(ledger, 'readElections', from, '200')
    ids.push(...page.elections.map(({ electionId }) => electionId))
    newest = page.elections.at(-1)?.announcedAt ?? newest
    from = page.cursor
  }
  return { ids, since: newest === '' ? since : new Date(Date.parse(newest) - rewindMs).toISOString() }
}
