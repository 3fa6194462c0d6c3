/** A trustee's secret side of the key ceremony. Nothing here leaves the trustee's machine but the messages. */
import { randomBytes } from '@noble/hashes/utils.js'
import {
  type CeremonyContext, ceremonyTranscript, type CommitMessage, type ComplaintMessage, type ConfirmMessage, contributionHash, contributionProofMessage, type DealMessage,
  encryptionProofMessage, ephemeralProofMessage, evaluateCommitments, shareMask,
} from './ceremony.ts'
import { accuse, unmaskShares } from './complaint.ts'
import { toHex } from './bytes.ts'
import { ScrutinError } from './errors.ts'
import { basePoint, modOrder, multiply, pointFromHex, pointToHex, randomScalar, scalarFromHex, scalarToHex } from './group.ts'
import { generateKeyPair, keyPairFromSecret, sign } from './schnorr.ts'
import { tags } from './tagged-hash.ts'

/** What a trustee keeps from its first message on, encrypted at rest. Scalars in hex. */
export interface CeremonySecrets {
  readonly encryptionSecret: string
  readonly nonce: string
  /** Per slot, coefficients from degree 0. */
  readonly polynomials: readonly (readonly string[])[]
}

export function drawSecrets (context: CeremonyContext): CeremonySecrets {
  return {
    encryptionSecret: scalarToHex(randomScalar()),
    nonce: toHex(randomBytes(32)),
    polynomials: Array.from({ length: context.keyCount }, () => Array.from({ length: context.threshold }, () => scalarToHex(randomScalar()))),
  }
}

export function commitMessage (context: CeremonyContext, trustee: number, secrets: CeremonySecrets): CommitMessage {
  const encryption = keyPairFromSecret(scalarFromHex(secrets.encryptionSecret))
  return {
    round: 'commit',
    trustee,
    encryptionKey: pointToHex(encryption.publicKey),
    encryptionProof: toHex(sign(tags.ceremonyEncryptionKey, encryption, encryptionProofMessage(context, trustee))),
    commitment: contributionHash(context, trustee, commitmentsOf(secrets), secrets.nonce),
  }
}

export function dealMessage (context: CeremonyContext, trustee: number, secrets: CeremonySecrets, commits: readonly CommitMessage[]): DealMessage {
  const constants = secrets.polynomials.map(([constant]) => keyPairFromSecret(scalarFromHex(constant!)))
  const shares = commits.filter((commit) => commit.trustee !== trustee).map((commit) => {
    const ephemeral = generateKeyPair()
    const shared = multiply(pointFromHex(commit.encryptionKey), ephemeral.secretKey)
    const masked = secrets.polynomials.map((polynomial, slot) =>
      scalarToHex(modOrder(evaluate(polynomial, commit.trustee) + shareMask(context, trustee, commit.trustee, ephemeral.publicKey, shared, slot))))
    const ephemeralProof = toHex(sign(tags.ceremonyEphemeralKey, ephemeral, ephemeralProofMessage(context, trustee, commit.trustee)))
    return { recipient: commit.trustee, ephemeralKey: pointToHex(ephemeral.publicKey), ephemeralProof, masked }
  })
  return {
    round: 'deal',
    trustee,
    nonce: secrets.nonce,
    commitments: commitmentsOf(secrets),
    proofs: constants.map((keys, slot) => toHex(sign(tags.ceremonyContribution, keys, contributionProofMessage(context, trustee, slot)))),
    shares,
  }
}

/** Thrown details of a share that does not fit its dealer's commitments. */
export class BadShareError extends ScrutinError {
  readonly dealer: number

  constructor (dealer: number) {
    super('ceremony.share', `dealer ${dealer + 1}`)
    this.dealer = dealer
  }
}

/**
 * Decrypts and checks the shares of these deals and sums them: the trustee's share of each key, scalars in hex.
 * `deals` are those of the qualified dealers, the trustee's own among them. Throws `BadShareError` with the dealer
 * whose share does not fit.
 */
export function receiveShares (context: CeremonyContext, trustee: number, secrets: CeremonySecrets, deals: readonly DealMessage[]): string[] {
  const sums = secrets.polynomials.map((polynomial) => evaluate(polynomial, trustee))
  for (const deal of deals) {
    if (deal.trustee === trustee) continue
    const shares = fittingShares(context, trustee, secrets, deal)
    if (shares === undefined) throw new BadShareError(deal.trustee)
    shares.forEach((share, slot) => { sums[slot] = modOrder(sums[slot]! + share) })
  }
  return sums.map(scalarToHex)
}

/** The dealers of these deals whose shares for the trustee do not fit their commitments. */
export function findBadDealers (context: CeremonyContext, trustee: number, secrets: CeremonySecrets, deals: readonly DealMessage[]): number[] {
  return deals.filter((deal) => deal.trustee !== trustee && fittingShares(context, trustee, secrets, deal) === undefined).map((deal) => deal.trustee)
}

/** About dealers whose shares do not fit, and only about them: it shows everyone what they sent. */
export function complaintMessage (context: CeremonyContext, trustee: number, secrets: CeremonySecrets, badDeals: readonly DealMessage[]): ComplaintMessage {
  const encryptionSecret = scalarFromHex(secrets.encryptionSecret)
  return { round: 'complaint', trustee, accusations: badDeals.map((deal) => accuse(context, trustee, encryptionSecret, deal)) }
}

export function confirmMessage (context: CeremonyContext, trustee: number, commits: readonly CommitMessage[], deals: readonly DealMessage[], qualified: readonly number[]): ConfirmMessage {
  return { round: 'confirm', trustee, transcript: ceremonyTranscript(context, commits, deals, qualified) }
}

/** The dealer's shares for this trustee; undefined unless all of them fit its commitments. */
function fittingShares (context: CeremonyContext, trustee: number, secrets: CeremonySecrets, deal: DealMessage): bigint[] | undefined {
  const own = deal.shares.find((share) => share.recipient === trustee)
  if (own === undefined || own.masked.length !== context.keyCount) return undefined
  try {
    const shared = multiply(pointFromHex(own.ephemeralKey), scalarFromHex(secrets.encryptionSecret))
    const shares = unmaskShares(context, deal.trustee, own, shared)
    const fit = shares.every((share, slot) => multiply(basePoint, share).equals(evaluateCommitments(deal.commitments[slot]!.map(pointFromHex), trustee)))
    return fit ? shares : undefined
  } catch (error) {
    if (error instanceof ScrutinError) return undefined
    throw error
  }
}

function commitmentsOf (secrets: CeremonySecrets): string[][] {
  return secrets.polynomials.map((polynomial) => polynomial.map((coefficient) => pointToHex(multiply(basePoint, scalarFromHex(coefficient)))))
}

function evaluate (polynomial: readonly string[], trustee: number): bigint {
  const x = BigInt(trustee + 1)
  return polynomial.reduceRight((value, coefficient) => modOrder(value * x + scalarFromHex(coefficient)), 0n)
}
