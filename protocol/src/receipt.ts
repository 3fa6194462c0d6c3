/**
 * The proof of vote: that a ballot stands in the box, never what it holds.
 * Statements of inclusion are signed by members' gateways with their keys of
 * the directory. One of f + 1 different members is honest if at most f of n
 * lie, f = ⌊(n - 1)/3⌋: what they all say is so.
 */
import { canonicalBytes } from './canonical-json.ts'
import { fromHex, toHex } from './bytes.ts'
import { ScrutinError } from './errors.ts'
import { equationsHold } from './equations.ts'
import { pointLength } from './group.ts'
import { encodingOf, PublicPoint, publicPointFromHex } from './public-point.ts'
import { addSignatureEquation, decodeSignature, type KeyPair, sign, signatureLength, verifySignature } from './schnorr.ts'
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
  return { mspId, key: toHex(encodingOf(keys.publicKey)), signature: toHex(sign(tags.receipt, keys, inclusionBytes(inclusion, mspId))) }
}

/** Throws `receipt.signature` for a statement whose signature is wrong. That its key is a member's, the directory says. */
export function assertInclusionStatement (inclusion: Inclusion, statement: InclusionStatement): void {
  const signature = fromHex(statement.signature, signatureLength)
  if (!verifySignature(tags.receipt, publicPointFromHex(statement.key), inclusionBytes(inclusion, statement.mspId), signature)) {
    throw new ScrutinError('receipt.signature')
  }
}

/** Whether all of these statements hold, by one multi-scalar multiplication. */
export function inclusionStatementsHold (stated: readonly { readonly inclusion: Inclusion, readonly statement: InclusionStatement }[]): boolean {
  try {
    const keys = new Map<string, PublicPoint>()
    return equationsHold((equations) => {
      for (const { inclusion, statement } of stated) {
        const key = keys.get(statement.key) ?? PublicPoint.decode(fromHex(statement.key, pointLength))
        keys.set(statement.key, key)
        const signature = decodeSignature(fromHex(statement.signature, signatureLength))
        addSignatureEquation(equations, tags.receipt, key, inclusionBytes(inclusion, statement.mspId), signature)
      }
    })
  } catch {
    return false
  }
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

function inclusionBytes ({ electionId, tracker, transactionId, blockNumber }: Inclusion, mspId: string): Uint8Array {
  return canonicalBytes({ electionId, tracker, transactionId, blockNumber, mspId })
}
