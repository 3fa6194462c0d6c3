/** Parsing of what services post: the border where JSON from outside becomes typed values. */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { parseModulus } from './credential.ts'
import { type Definition, Hash, MspId, PublicKey } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import type { DirectoryEntry, IssuanceRecord, RegistrarMessage, SignedIssuance } from './records.ts'
import { assertPermutation, m2 } from './rsa-permutation.ts'
import type { Signed } from './signed-message.ts'

const closed = { additionalProperties: false } as const

/** 256 bytes, base64url. */
const Number2048 = Type.String({ minLength: 342, maxLength: 342 })

const RegistrarMessageSchema = Type.Object({
  registrar: Type.Integer({ minimum: 0, maximum: 15 }),
  rollRoot: Hash,
  moduli: Type.Array(Number2048, { minItems: 1, maxItems: 16 }),
  proofs: Type.Array(Type.Array(Number2048, { minItems: m2, maxItems: m2 }), { minItems: 1, maxItems: 16 }),
}, closed)

const IssuanceSchema = Type.Object({
  registrar: Type.Integer({ minimum: 0, maximum: 15 }),
  place: Type.Object({
    classIndex: Type.Integer({ minimum: 0, maximum: 15 }),
    commitment: Hash,
    index: Type.Integer({ minimum: 0 }),
    path: Type.Array(Hash, { maxItems: 32 }),
  }, closed),
  blinded: Hash,
}, closed)

const DirectoryEntrySchema = Type.Object({
  kind: Type.Union([Type.Literal('gateway'), Type.Literal('registrar'), Type.Literal('trustee')]),
  key: PublicKey,
  mspId: MspId,
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  url: Type.String({ pattern: '^(https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?)?$', maxLength: 300 }),
}, closed)

const SignedSchema = Type.Object({ message: Type.Unknown(), signature: Type.String({ pattern: '^[0-9a-f]{128}$' }) }, closed)

/** The form around every signed message; what it says is still unchecked. */
export function parseSigned (value: unknown): Signed<unknown> {
  if (!Value.Check(SignedSchema, value)) throw new ScrutinError('input.malformed', 'expected {message, signature}')
  return value
}

export function parseRegistrarMessage (value: unknown): RegistrarMessage {
  if (!Value.Check(RegistrarMessageSchema, value)) throw new ScrutinError('input.malformed', 'not the message of a registrar')
  return value
}

export function parseIssuance (value: unknown): IssuanceRecord {
  if (!Value.Check(IssuanceSchema, value)) throw new ScrutinError('input.malformed', 'not an issuance')
  return value
}

export function parseSignedIssuance (value: unknown): SignedIssuance {
  const { message, signature } = parseSigned(value)
  return { message: parseIssuance(message), signature }
}

export function parseDirectoryEntry (value: unknown): DirectoryEntry {
  if (!Value.Check(DirectoryEntrySchema, value)) throw new ScrutinError('directory.entry')
  if ((value.url === '') !== (value.kind === 'trustee')) throw new ScrutinError('directory.entry', 'an address is needed, but for trustees')
  return value
}

/**
 * Checks that the registrar holds the definition's roll and brings one acceptable modulus per class, each with the proof
 * that it is a permutation; returns the moduli.
 *
 * @throws ScrutinError `roll.root`, `registrar.key`, `registrar.key-reused`, `registrar.proof`
 */
export function checkRegistrarMessage (electionId: Uint8Array, definition: Definition, message: RegistrarMessage): Uint8Array[] {
  if (message.rollRoot !== definition.roll.root) throw new ScrutinError('roll.root')
  if (message.moduli.length !== definition.classes.length) throw new ScrutinError('registrar.key', 'one modulus per class is needed')
  if (new Set(message.moduli).size !== message.moduli.length) throw new ScrutinError('registrar.key-reused')
  if (message.proofs.length !== message.moduli.length) throw new ScrutinError('registrar.proof', 'one proof per class is needed')
  return message.moduli.map((text, classIndex) => {
    const modulus = parseModulus(text)
    assertPermutation({ electionId, registrar: message.registrar, classIndex }, modulus, message.proofs[classIndex]!)
    return modulus
  })
}
