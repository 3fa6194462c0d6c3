/**
 * Which chain is the consortium's. Whoever can sign as its own orderers and peers makes a chain of any content in which
 * everything fits together; the genesis block's fingerprint is what it can't copy. A trustee has it from trustee.json,
 * or keeps the one that f + 1 members showed when it first committed to a key: before there was a box to lie about.
 */
import { isDeepStrictEqual } from 'node:util'
import Type, { type Static } from 'typebox'
import type { Definition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { requireSeveralMembers } from './election-sources.ts'
import type { Trustee } from './trustee.ts'

export const KnownChain = Type.Object({
  channel: Type.String({ minLength: 1 }),
  /** Hash of the genesis block's header, lower-case hex (`network anchor` prints it). */
  genesis: Type.String({ pattern: '^[0-9a-f]{64}$' }),
}, { additionalProperties: false })
export type KnownChain = Static<typeof KnownChain>

/**
 * The chain that every source is held against; undefined on the embedded ledger, which has no blocks that members signed.
 *
 * @throws ScrutinError `election.not-ready` when none is known, `root.sources-differ` when trustee.json names another than the one kept
 */
export function requireKnownChain ({ ledger, anchor, store }: Trustee): KnownChain | undefined {
  if (ledger.kind === 'embedded') return undefined
  const kept = store.chain
  const known = anchor ?? kept
  if (known === undefined) throw new ScrutinError('election.not-ready', 'set anchor in trustee.json: this trustee does not know the consortium\'s genesis block')
  if (kept !== undefined && !isDeepStrictEqual(kept, known)) throw new ScrutinError('root.sources-differ', `trustee.json names the chain ${name(known)}, this trustee has taken part on ${name(kept)}`)
  return known
}

/**
 * Keeps the chain, before the first commit; does nothing when one is kept already.
 *
 * @throws ScrutinError `election.not-ready` when too few members show their genesis block, `root.sources-differ` when they show different ones
 */
export async function keepChain (trustee: Trustee, definition: Definition): Promise<void> {
  const { ledger, sources, store, anchor, log } = trustee
  if (ledger.kind === 'embedded') return
  if (store.chain !== undefined) {
    requireKnownChain(trustee)
    return
  }
  if (anchor !== undefined) {
    await store.keepChain(anchor)
    return
  }
  const shown = await Promise.all(sources.map(async (source) => {
    const chain = await source.chain().catch((error: unknown) => {
      log.warn({ source: source.name, err: error }, 'this member does not show its genesis block')
      return null
    })
    return { source, chain }
  }))
  const answered = shown.filter(({ chain }) => chain !== null)
  requireSeveralMembers(ledger, answered.map(({ source }) => source), definition)
  const [first] = answered
  const other = answered.find(({ chain }) => !isDeepStrictEqual(chain, first!.chain))
  if (other !== undefined) throw new ScrutinError('root.sources-differ', `${first!.source.name} shows the chain ${name(first!.chain!)}, but ${other.source.name} ${name(other.chain!)}`)
  await store.keepChain(first!.chain!)
  log.info({ ...first!.chain }, 'kept the fingerprint of the chain, as several members show it')
}

function name ({ channel, genesis }: KnownChain): string {
  return `${channel} ${genesis.slice(0, 16)}…`
}
