/**
 * The key ceremony: Pedersen's distributed key generation without a dealer
 * (Eurocrypt 1991), for a vector of independent keys at once, with commitments
 * to the contributions first so that nobody chooses last (Gennaro, Jarecki,
 * Krawczyk, Rabin, J. Cryptology 20, 2007, on why that matters) and a proof of
 * knowledge of each contribution (as in FROST, Komlo and Goldberg, SAC 2020).
 *
 * Rounds: commit (hash of the contribution, a fresh encryption key), deal
 * (Feldman commitments, proofs, encrypted shares), confirm (every share of a
 * qualified dealer fits) or first complain (complaint.ts: who dealt a share
 * that does not fit is disqualified). Trustee i's shares are evaluations at
 * x = i + 1.
 */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { concatBytes, fromHex, uint32 } from './bytes.ts'
import { canonicalBytes } from './canonical-json.ts'
import { Hash, PublicKey } from './definition-schema.ts'
import { equalityProofLength } from './equality-proof.ts'
import { Equations } from './equations.ts'
import { ScrutinError } from './errors.ts'
import { multiply, type Point, pointFromHex, reduceWide, scalarFromHex, sumPoints } from './group.ts'
import { publicPointFromHex } from './public-point.ts'
import { addSignatureEquation, decodeSignature, signatureLength } from './schnorr.ts'
import { taggedHash, taggedHashHex, tags } from './tagged-hash.ts'

const closed = { additionalProperties: false } as const
const ScalarHex = Type.String({ pattern: '^[0-9a-f]{64}$' })
const SignatureHex = Type.String({ pattern: '^[0-9a-f]{128}$' })
const Trustee = Type.Integer({ minimum: 0, maximum: 63 })

export const CommitMessage = Type.Object({
  round: Type.Literal('commit'),
  trustee: Trustee,
  /** Key for this ceremony alone, to which the others encrypt this trustee's shares. */
  encryptionKey: PublicKey,
  /** Signature by the encryption key itself: it is known to whoever posts it. */
  encryptionProof: SignatureHex,
  /** `contributionHash` of what the deal will reveal. */
  commitment: Hash,
}, closed)
export type CommitMessage = Static<typeof CommitMessage>

export const EncryptedShares = Type.Object({
  recipient: Trustee,
  /** For this recipient alone: what a complaint reveals about it tells nothing about other shares. */
  ephemeralKey: PublicKey,
  /**
   * Signature by the ephemeral key itself. Without it a dealer could deal under a key made from an honest dealer's, and
   * the complaint about its own bad share would reveal that dealer's good one.
   */
  ephemeralProof: SignatureHex,
  /** Per slot: share + mask, modulo the order. */
  masked: Type.Array(ScalarHex, { minItems: 1, maxItems: 1000 }),
}, closed)
export type EncryptedShares = Static<typeof EncryptedShares>

export const DealMessage = Type.Object({
  round: Type.Literal('deal'),
  trustee: Trustee,
  nonce: Hash,
  /** Feldman commitments: per slot, per coefficient from degree 0. */
  commitments: Type.Array(Type.Array(PublicKey, { minItems: 1, maxItems: 64 }), { minItems: 1, maxItems: 1000 }),
  /** Per slot: proof of knowledge of the coefficient of degree 0. */
  proofs: Type.Array(SignatureHex, { minItems: 1, maxItems: 1000 }),
  /** One for each other trustee, in order. */
  shares: Type.Array(EncryptedShares, { maxItems: 63 }),
}, closed)
export type DealMessage = Static<typeof DealMessage>

export const ConfirmMessage = Type.Object({
  round: Type.Literal('confirm'),
  trustee: Trustee,
  /** `ceremonyTranscript` of all deals and of who is qualified. */
  transcript: Hash,
}, closed)
export type ConfirmMessage = Static<typeof ConfirmMessage>

/** What a complaint says of one dealer: the key under which its share was encrypted, so that anyone can look at the share. */
export const Accusation = Type.Object({
  dealer: Trustee,
  /** The Diffie–Hellman point of the dealer's ephemeral key for the complainer and the complainer's encryption key. */
  shared: PublicKey,
  /** Proof that it is this point. */
  proof: Type.String({ pattern: `^[0-9a-f]{${2 * equalityProofLength}}$` }),
}, closed)
export type Accusation = Static<typeof Accusation>

export const ComplaintMessage = Type.Object({
  round: Type.Literal('complaint'),
  trustee: Trustee,
  /** Of all dealers whose shares do not fit, in their order. */
  accusations: Type.Array(Accusation, { minItems: 1, maxItems: 63 }),
}, closed)
export type ComplaintMessage = Static<typeof ComplaintMessage>

export type CeremonyMessage = CommitMessage | DealMessage | ConfirmMessage | ComplaintMessage
export type CeremonyRound = CeremonyMessage['round']

const CeremonyMessageSchema = Type.Union([CommitMessage, DealMessage, ConfirmMessage, ComplaintMessage])

export function parseCeremonyMessage (value: unknown): CeremonyMessage {
  if (!Value.Check(CeremonyMessageSchema, value)) throw new ScrutinError('input.malformed', 'not a message of the key ceremony')
  return value
}

export const ceremonyTags = {
  commit: tags.commitMessage,
  deal: tags.dealMessage,
  confirm: tags.confirmMessage,
  complaint: tags.complaintMessage,
} as const

/** What of the definition a ceremony depends on. */
export interface CeremonyContext {
  /** 32 bytes */
  readonly electionId: Uint8Array
  readonly trusteeCount: number
  readonly threshold: number
  /** How many independent keys are made. */
  readonly keyCount: number
}

/** The hash a trustee commits to before anyone reveals: election, trustee, commitments and nonce. */
export function contributionHash (context: CeremonyContext, trustee: number, commitments: readonly (readonly string[])[], nonce: string): string {
  return taggedHashHex(tags.ceremonyCommitment, context.electionId, uint32(trustee), canonicalBytes({ commitments, nonce }))
}

/** What a proof of knowledge is bound to: election, trustee and slot (or no slot: the encryption key). */
export function contributionProofMessage (context: CeremonyContext, trustee: number, slot: number): Uint8Array {
  return concatBytes(context.electionId, uint32(trustee), uint32(slot))
}

export function encryptionProofMessage (context: CeremonyContext, trustee: number): Uint8Array {
  return concatBytes(context.electionId, uint32(trustee))
}

/** What the proof of an ephemeral key is bound to: election, dealer and recipient. */
export function ephemeralProofMessage (context: CeremonyContext, dealer: number, recipient: number): Uint8Array {
  return concatBytes(context.electionId, uint32(dealer), uint32(recipient))
}

/** Throws `ceremony.proof` unless the encryption key is proven. */
export function checkCommit (context: CeremonyContext, message: CommitMessage): void {
  const equations = new Equations()
  asProofError(() => addSignatureEquation(equations, tags.ceremonyEncryptionKey, publicPointFromHex(message.encryptionKey),
    encryptionProofMessage(context, message.trustee), decodeSignature(fromHex(message.encryptionProof, signatureLength))))
  if (!equations.hold()) throw new ScrutinError('ceremony.proof', 'encryption key')
}

/** Checks all of a deal that everyone can see: form, commitment, proofs of knowledge. Shares only their recipients can check. */
export function checkDeal (context: CeremonyContext, message: DealMessage, commit: CommitMessage): void {
  const { trustee, commitments, proofs, shares } = message
  if (contributionHash(context, trustee, commitments, message.nonce) !== commit.commitment) throw new ScrutinError('ceremony.commitment')
  const others = Array.from({ length: context.trusteeCount }, (_, i) => i).filter((i) => i !== trustee)
  const fits = commitments.length === context.keyCount && proofs.length === context.keyCount &&
    commitments.every((row) => row.length === context.threshold) &&
    shares.length === others.length && shares.every((share, i) => share.recipient === others[i] && share.masked.length === context.keyCount)
  if (!fits) throw new ScrutinError('input.malformed', 'the deal does not fit the definition')
  const equations = new Equations()
  asProofError(() => {
    commitments.forEach((row, slot) => {
      const [constant] = row.map(publicPointFromHex)
      addSignatureEquation(equations, tags.ceremonyContribution, constant!, contributionProofMessage(context, trustee, slot),
        decodeSignature(fromHex(proofs[slot]!, signatureLength)))
    })
    for (const share of shares) {
      addSignatureEquation(equations, tags.ceremonyEphemeralKey, publicPointFromHex(share.ephemeralKey), ephemeralProofMessage(context, trustee, share.recipient),
        decodeSignature(fromHex(share.ephemeralProof, signatureLength)))
      share.masked.forEach(scalarFromHex)
    }
  })
  if (!equations.hold()) throw new ScrutinError('ceremony.proof', 'proof of knowledge')
}

/** What the qualified trustees confirm: the hash of all commits, of all deals and of the qualified trustees' indexes, in their order. */
export function ceremonyTranscript (context: CeremonyContext, commits: readonly CommitMessage[], deals: readonly DealMessage[], qualified: readonly number[]): string {
  return taggedHashHex(tags.ceremonyTranscript, context.electionId, canonicalBytes(commits), canonicalBytes(deals), canonicalBytes(qualified))
}

/** The trustees against whom no complaint stands, in their order. All complaints must have been checked. */
export function qualifiedTrustees ({ trusteeCount }: CeremonyContext, complaints: Iterable<ComplaintMessage>): number[] {
  const disqualified = new Set([...complaints].flatMap(({ accusations }) => accusations.map(({ dealer }) => dealer)))
  return Array.from({ length: trusteeCount }, (_, i) => i).filter((i) => !disqualified.has(i))
}

/** The mask of one share: from the Diffie–Hellman point of the dealer's ephemeral key and the recipient's. */
export function shareMask (context: CeremonyContext, dealer: number, recipient: number, ephemeralKey: Point, shared: Point, slot: number): bigint {
  const half = (part: number): Uint8Array => taggedHash(tags.ceremonyMask,
    context.electionId, uint32(dealer), uint32(recipient), ephemeralKey.toBytes(), shared.toBytes(), uint32(slot), Uint8Array.of(part))
  return reduceWide(concatBytes(half(0), half(1)))
}

/** The election's keys, one per slot: the sums of the constant terms of the qualified dealers' contributions, which `deals` are. */
export function electionKeys (deals: readonly DealMessage[]): Point[] {
  return deals[0]!.commitments.map((_, slot) => sumPoints(deals.map((deal) => pointFromHex(deal.commitments[slot]![0]!))))
}

/** Public side of a trustee's shares, one per slot: Σ over qualified dealers of Σ x^k·commitment_k at x = trustee + 1. */
export function verificationKeys (deals: readonly DealMessage[], trustee: number): Point[] {
  return deals[0]!.commitments.map((_, slot) =>
    sumPoints(deals.map((deal) => evaluateCommitments(deal.commitments[slot]!.map(pointFromHex), trustee))))
}

/** Horner's rule in the exponent. */
export function evaluateCommitments (commitments: readonly Point[], trustee: number): Point {
  const x = BigInt(trustee + 1)
  return commitments.reduceRight((value, commitment) => multiply(value, x).add(commitment))
}

/** Runs a check; what is not canonical in it becomes `ceremony.proof`. */
export function asProofError (check: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof ScrutinError) throw new ScrutinError('ceremony.proof', error.detail)
    throw error
  }
}
