/**
 * A JSON message signed by a ristretto255 key named in a definition: what
 * registrars and trustees post. Signed are the election's id and the canonical
 * JSON of the message, under a tag of its own for each kind of message.
 */
import { concatBytes, frame, fromHex, toHex } from './bytes.ts'
import { canonicalBytes } from './canonical-json.ts'
import { ScrutinError } from './errors.ts'
import { Equations, findFalse } from './equations.ts'
import type { Point } from './group.ts'
import { publicPointFromHex } from './public-point.ts'
import { addSignatureEquation, decodeSignature, type KeyPair, sign, signatureLength, verifySignature } from './schnorr.ts'
import type { Tag } from './tagged-hash.ts'

export interface Signed<Message> {
  readonly message: Message
  /** 64 bytes in hex, `sign` of schnorr.ts. */
  readonly signature: string
}

/** `context` is the election's id, 32 bytes; empty for messages that belong to no election. */
export function signMessage<Message> (tag: Tag, context: Uint8Array, keys: KeyPair, message: Message): Signed<Message> {
  return { message, signature: toHex(sign(tag, keys, signedBytes(context, message))) }
}

/** Throws `access.signature` unless the key signed exactly this message for this election. */
export function assertSigned (tag: Tag, context: Uint8Array, publicKeyHex: string, signed: Signed<unknown>): void {
  const signature = fromHex(signed.signature, signatureLength)
  if (!verifySignature(tag, publicPointFromHex(publicKeyHex), signedBytes(context, signed.message), signature)) {
    throw new ScrutinError('access.signature')
  }
}

/** A signed message and the key that should have signed it. The same key is best the same object: it is multiplied once a batch. */
export interface Claim {
  readonly publicKey: Point
  readonly signed: Signed<unknown>
}

/** Checks many signatures by one multi-scalar multiplication; if that fails, halves by `findFalse`. Returns the positions of those that do not hold. */
export function findWronglySigned (tag: Tag, context: Uint8Array, claims: readonly Claim[]): number[] {
  const wrong: number[] = []
  const readable: number[] = []
  const equations = claims.flatMap((claim, i) => {
    const made = equationOf(tag, context, claim)
    if (made === undefined) wrong.push(i)
    else readable.push(i)
    return made ?? []
  })
  wrong.push(...findFalse(equations).map((i) => readable[i]!))
  return wrong.sort((a, b) => a - b)
}

/** Undefined where the signature is not even a canonical encoding. */
function equationOf (tag: Tag, context: Uint8Array, { publicKey, signed }: Claim): Equations | undefined {
  try {
    const equations = new Equations()
    const signature = decodeSignature(fromHex(signed.signature, signatureLength))
    addSignatureEquation(equations, tag, publicKey, signedBytes(context, signed.message), signature)
    return equations
  } catch (error) {
    if (error instanceof ScrutinError) return undefined
    throw error
  }
}

function signedBytes (context: Uint8Array, message: unknown): Uint8Array {
  return concatBytes(frame(context), frame(canonicalBytes(message)))
}
