/**
 * The proof of vote: that a ballot stands in the box, never what it holds.
 * Statements of inclusion are signed by members' gateways with their keys of
 * the directory.
 */
import { canonicalBytes } from './canonical-json.ts'
import { fromHex, toHex } from './bytes.ts'
import { ScrutinError } from './errors.ts'
import { pointFromHex } from './group.ts'
import { type KeyPair, sign, signatureLength, verifySignature } from './schnorr.ts'
import { tags } from './tagged-hash.ts'

/** What a member attests: this ballot is in the block of its own peer. */
export interface Inclusion {
  readonly electionId: string
  readonly tracker: string
  readonly transactionId: string
  /** Decimal. */
  readonly blockNumber: string
}

export interface InclusionStatement {
  readonly mspId: string
  /** The gateway's key of the directory, hex. */
  readonly key: string
  readonly signature: string
}

export interface Receipt extends Inclusion {
  readonly statements: readonly InclusionStatement[]
}

export function stateInclusion (inclusion: Inclusion, mspId: string, keys: KeyPair): InclusionStatement {
  return { mspId, key: toHex(keys.publicKey.toBytes()), signature: toHex(sign(tags.receipt, keys, inclusionBytes(inclusion, mspId))) }
}

/** Throws `receipt.signature` for a statement whose signature is wrong. That its key is a member's, the directory says. */
export function assertInclusionStatement (inclusion: Inclusion, statement: InclusionStatement): void {
  const signature = fromHex(statement.signature, signatureLength)
  if (!verifySignature(tags.receipt, pointFromHex(statement.key), inclusionBytes(inclusion, statement.mspId), signature)) {
    throw new ScrutinError('receipt.signature')
  }
}

function inclusionBytes ({ electionId, tracker, transactionId, blockNumber }: Inclusion, mspId: string): Uint8Array {
  return canonicalBytes({ electionId, tracker, transactionId, blockNumber, mspId })
}
