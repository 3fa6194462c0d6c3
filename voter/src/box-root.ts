/** The box that was counted, by its root: that of the ballots' credential keys and trackers, signed by trustees before they decrypt. */
import { fromHex, toHex } from '../../protocol/src/bytes.ts'
import { appendLeaves, emptyFrontier, frontierRoot } from '../../protocol/src/merkle-tree.ts'
import { parseRootStatement, type RootStatement } from '../../protocol/src/root-statement.ts'
import { assertSigned, type Signed } from '../../protocol/src/signed-message.ts'
import { boxLeaf } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { VerifiedElection } from './verified-election.ts'

export interface BoxEntry {
  readonly credentialKey: string
  readonly tracker: string
}

export interface SignedBoxRoot {
  readonly ballots: number
  readonly boxRoot: string
  /** Whether this is the whole box, in any order. */
  isOver (box: readonly BoxEntry[]): boolean
}

/**
 * The root that t trustees of the definition signed; undefined when fewer have. Of the trustees t - 1 at most may be
 * dishonest, and an honest one signs only what it computed from the blocks of several members.
 *
 * @throws ScrutinError `access.signature`, `trustee.unknown`, `input.malformed` for a statement that no trustee made
 */
export function signedBoxRoot ({ id, definition }: Pick<VerifiedElection, 'id' | 'definition'>, statements: readonly Signed<unknown>[]): SignedBoxRoot | undefined {
  const signers = new Map<string, Set<number>>()
  const stated = new Map<string, RootStatement>()
  for (const signed of statements) {
    const message = parseRootStatement(signed.message)
    const trustee = definition.trustees[message.trustee]
    if (trustee === undefined) throw new ScrutinError('trustee.unknown')
    assertSigned(tags.rootStatement, fromHex(id, 32), trustee.key, signed)
    const name = `${message.boxRoot} ${message.ballots}`
    signers.set(name, (signers.get(name) ?? new Set()).add(message.trustee))
    stated.set(name, message)
  }
  const [agreed] = [...signers].filter(([, trustees]) => trustees.size >= definition.threshold)
  if (agreed === undefined) return undefined
  const { boxRoot, ballots } = stated.get(agreed[0])!
  return { boxRoot, ballots, isOver: (box) => box.length === ballots && rootOf(box) === boxRoot }
}

function rootOf (box: readonly BoxEntry[]): string {
  const inOrder = [...box].sort((a, b) => a.credentialKey < b.credentialKey ? -1 : 1)
  const leaves = inOrder.map(({ credentialKey, tracker }) => boxLeaf(credentialKey, tracker))
  return toHex(frontierRoot(tags.boxNode, appendLeaves(tags.boxNode, emptyFrontier, leaves)))
}
