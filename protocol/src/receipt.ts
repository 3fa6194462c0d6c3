/**
 * The proof of vote: that a ballot stands in the box, never what it holds.
 * Statements of inclusion are signed by members' gateways with their keys of
 * the directory. One of f + 1 different members is honest if at most f of n
 * lie, f = ⌊(n - 1)/3⌋: what they all say is so.
 */
import { canonicalBytes } from './canonical-json.ts'
import { fromHex, toHex, utf8ToBytes } from './bytes.ts'
import { ScrutinError } from './errors.ts'
import { inclusionRoot, MerkleTree } from './merkle-tree.ts'
import { encodingOf, publicPointFromHex } from './public-point.ts'
import { type KeyPair, sign, signatureLength, verifySignature } from './schnorr.ts'
import { taggedHash, tags } from './tagged-hash.ts'

/** What a member attests: this ballot is in the block of its own peer. */
export interface Inclusion {
  readonly electionId: string
  readonly tracker: string
  readonly transactionId: string
  /** Decimal. */
  readonly blockNumber: string
}

/** A member's signature over the Merkle root of all that it states together: a signature costs more than a thousand hashes. */
export interface SignedInclusions {
  readonly mspId: string
  /** The gateway's key of the directory, hex. */
  readonly key: string
  readonly signature: string
}

/** One ballot's part of what was stated together: the signature, and the way from its leaf to the root. */
export interface InclusionStatement extends SignedInclusions {
  /** Leaves of the tree, at most 2^32. */
  readonly size: number
  readonly index: number
  /** The neighbours from the leaf up to the root, hex. */
  readonly path: readonly string[]
}

export interface Receipt extends Inclusion {
  readonly statements: readonly InclusionStatement[]
}

/** @param inclusions at least one */
export function signInclusions (inclusions: readonly Inclusion[], mspId: string, keys: KeyPair): SignedInclusions {
  const { root } = treeOf(inclusions)
  const signature = sign(tags.receipt, keys, rootBytes(mspId, root, inclusions.length))
  return { mspId, key: toHex(encodingOf(keys.publicKey)), signature: toHex(signature) }
}

/** Whether the signature is over these inclusions, all of them, in this order. Never throws. */
export function inclusionsHold (inclusions: readonly Inclusion[], signed: SignedInclusions): boolean {
  try {
    return holds(signed, treeOf(inclusions).root, inclusions.length)
  } catch {
    return false
  }
}

/** For each ballot of what was signed together, its own statement. */
export function statementsOf (inclusions: readonly Inclusion[], { mspId, key, signature }: SignedInclusions): InclusionStatement[] {
  const tree = treeOf(inclusions)
  return inclusions.map((_, index) => ({ mspId, key, signature, size: inclusions.length, index, path: tree.path(index).map(toHex) }))
}

/** Throws `receipt.signature` for a statement that is not of this ballot. That its key is a member's, the directory says. */
export function assertInclusionStatement (inclusion: Inclusion, statement: InclusionStatement): void {
  if (!isStated(inclusion, statement)) throw new ScrutinError('receipt.signature')
}

function isStated (inclusion: Inclusion, statement: InclusionStatement): boolean {
  const { size, index, path } = statement
  if (!Number.isSafeInteger(size) || size > mostLeaves) return false
  try {
    const root = inclusionRoot(tags.receiptNode, size, index, leafOf(inclusion), path.map((node) => fromHex(node, 32)))
    return root !== undefined && holds(statement, root, size)
  } catch {
    return false
  }
}

function holds ({ mspId, key, signature }: SignedInclusions, root: Uint8Array, size: number): boolean {
  return verifySignature(tags.receipt, publicPointFromHex(key), rootBytes(mspId, root, size), fromHex(signature, signatureLength))
}

const mostLeaves = 2 ** 32

function treeOf (inclusions: readonly Inclusion[]): MerkleTree {
  if (inclusions.length === 0) throw new ScrutinError('input.malformed', 'nothing is stated')
  return new MerkleTree(tags.receiptNode, inclusions.map(leafOf))
}

function leafOf ({ electionId, tracker, transactionId, blockNumber }: Inclusion): Uint8Array {
  return taggedHash(tags.receiptLeaf, fromHex(electionId, 32), fromHex(tracker, 32), fromHex(transactionId, 32), utf8ToBytes(blockNumber))
}

function rootBytes (mspId: string, root: Uint8Array, size: number): Uint8Array {
  return canonicalBytes({ mspId, root: toHex(root), size })
}

/** How many different members must state the inclusion: f + 1 of n. */
export function statementsNeeded (members: number): number {
  return Math.floor((members - 1) / 3) + 1
}

/** What a receipt is held against. */
export interface ReceiptRules {
  readonly electionId: string
  /** MSP ids of the definition. */
  readonly members: readonly string[]
  /** The MSP id in the directory's entry of a gateway with this key, whose signature was checked. */
  readonly gatewayMember: (key: string) => string | undefined
}

/**
 * Throws unless the receipt is of this ballot, every statement holds, and they are of enough different members.
 *
 * @throws ScrutinError `receipt.signature`, `receipt.statements`
 */
export function assertReceipt ({ electionId, members, gatewayMember }: ReceiptRules, receipt: Receipt, tracker: string): void {
  if (receipt.electionId !== electionId || receipt.tracker !== tracker) throw new ScrutinError('receipt.signature', 'it is the receipt of another ballot')
  const stating = new Set<string>()
  for (const statement of receipt.statements) {
    if (gatewayMember(statement.key) !== statement.mspId || !members.includes(statement.mspId)) {
      throw new ScrutinError('receipt.signature', `${statement.mspId} has no gateway with this key in the directory`)
    }
    assertInclusionStatement(receipt, statement)
    stating.add(statement.mspId)
  }
  const needed = statementsNeeded(members.length)
  if (stating.size < needed) throw new ScrutinError('receipt.statements', `${stating.size} of ${needed}`)
}
