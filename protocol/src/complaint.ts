/**
 * Complaints that anyone can judge: the complainer reveals the Diffie–Hellman
 * point under which a dealer encrypted its shares, with a proof (Chaum and
 * Pedersen) that it is this point; everyone unmasks the shares and holds them
 * against the dealer's commitments. As in ETHDKG (Schindler, Judmayer, Stifter,
 * Weippl, ePrint 2019/985, section 4), but with ephemeral keys per recipient
 * and proofs of knowledge of them, so that nothing else is revealed.
 */
import { fromHex, toHex, uint32, concatBytes } from './bytes.ts'
import { type Accusation, asProofError, type CeremonyContext, type CommitMessage, type ComplaintMessage, type DealMessage, type EncryptedShares, shareMask } from './ceremony.ts'
import { addEqualityEquations, equalityProofLength, proveEquality } from './equality-proof.ts'
import { Equations, equationsHold } from './equations.ts'
import { ScrutinError } from './errors.ts'
import { basePoint, modOrder, multiply, pointFromHex, pointToHex, scalarFromHex, type Point } from './group.ts'
import { keyPairFromSecret } from './schnorr.ts'
import { tags } from './tagged-hash.ts'
import { Transcript } from './transcript.ts'

/**
 * Throws unless every accusation is proven and right: `trustee.unknown` when one names no other trustee of the
 * definition, `input.malformed` when they are not in the order of the dealers, each once, `ceremony.proof` when the
 * point is not proven to be the one under which the dealer encrypted, `ceremony.complaint` when all its shares fit.
 * `commits` and `deals` are those of all trustees, checked, in their order.
 */
export function checkComplaint (context: CeremonyContext, { trustee, accusations }: ComplaintMessage, commits: readonly CommitMessage[], deals: readonly DealMessage[]): void {
  for (const { dealer } of accusations) {
    if (dealer >= context.trusteeCount || dealer === trustee) throw new ScrutinError('trustee.unknown', 'a complaint names another trustee of the definition')
  }
  const inOrder = accusations.every(({ dealer }, i) => i === 0 || accusations[i - 1]!.dealer < dealer)
  if (!inOrder) throw new ScrutinError('input.malformed', 'a complaint names each dealer once, in their order')
  for (const accusation of accusations) {
    const shares = sharesFor(deals[accusation.dealer]!, trustee)
    const shared = checkSharedPoint(context, trustee, accusation, commits[trustee]!, shares)
    if (sharesFit(context, trustee, deals[accusation.dealer]!, shares, shared)) {
      throw new ScrutinError('ceremony.complaint', `dealer ${accusation.dealer + 1}`)
    }
  }
}

/** The complainer's side: reveals the point, and with it what this dealer sent to this trustee, and nothing else. */
export function accuse (context: CeremonyContext, trustee: number, encryptionSecret: bigint, deal: DealMessage): Accusation {
  const { publicKey } = keyPairFromSecret(encryptionSecret)
  const alpha = pointFromHex(sharesFor(deal, trustee).ephemeralKey)
  const statement = { share: publicKey, alpha, factor: multiply(alpha, encryptionSecret) }
  return {
    dealer: deal.trustee,
    shared: pointToHex(statement.factor),
    proof: toHex(proveEquality(complaintTranscript(context, trustee, deal.trustee), statement, encryptionSecret)),
  }
}

/** Unmasks what a dealer sent: its shares of each slot. */
export function unmaskShares (context: CeremonyContext, dealer: number, shares: EncryptedShares, shared: Point): bigint[] {
  const ephemeralKey = pointFromHex(shares.ephemeralKey)
  return shares.masked.map((masked, slot) => modOrder(scalarFromHex(masked) - shareMask(context, dealer, shares.recipient, ephemeralKey, shared, slot)))
}

function checkSharedPoint (context: CeremonyContext, trustee: number, { dealer, shared, proof }: Accusation, commit: CommitMessage, { ephemeralKey }: EncryptedShares): Point {
  const equations = new Equations()
  let point: Point | undefined
  asProofError(() => {
    point = pointFromHex(shared)
    const statement = { share: pointFromHex(commit.encryptionKey), alpha: pointFromHex(ephemeralKey), factor: point }
    addEqualityEquations(equations, complaintTranscript(context, trustee, dealer), statement, fromHex(proof, equalityProofLength))
  })
  if (point === undefined || !equations.hold()) throw new ScrutinError('ceremony.proof', 'the shared point of a complaint')
  return point
}

/** Whether f(x)·G = Σ x^j·commitment_j at x = trustee + 1 in every slot. Public values only: the point has been revealed. */
function sharesFit (context: CeremonyContext, trustee: number, deal: DealMessage, shares: EncryptedShares, shared: Point): boolean {
  const x = BigInt(trustee + 1)
  return equationsHold((equations) => {
    unmaskShares(context, deal.trustee, shares, shared).forEach((share, slot) => {
      let power = 1n
      equations.add([[-share, basePoint], ...deal.commitments[slot]!.map((commitment) => {
        const term = [power, pointFromHex(commitment)] as const
        power = modOrder(power * x)
        return term
      })])
    })
  })
}

function sharesFor (deal: DealMessage, recipient: number): EncryptedShares {
  const shares = deal.shares.find((entry) => entry.recipient === recipient)
  if (shares === undefined) throw new Error('a checked deal has shares for every other trustee')
  return shares
}

function complaintTranscript (context: CeremonyContext, trustee: number, dealer: number): Transcript {
  return new Transcript(tags.complaintProof)
    .absorb('election', context.electionId)
    .absorb('place', concatBytes(uint32(trustee), uint32(dealer)))
}
