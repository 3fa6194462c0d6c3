/** A voter with a valid credential and any slot values at all, who proves what can be proven and forges the rest. */
import { ballotVersion, encodeGroups } from '../../src/ballot-encoding.ts'
import { type BallotContext, BallotTranscript } from '../../src/ballot-transcript.ts'
import { concatBytes } from '../../src/bytes.ts'
import type { HeldGroups } from '../../src/draw.ts'
import { basePoint, modOrder, multiply, type Point, randomScalar } from '../../src/group.ts'
import { MembershipProver } from '../../src/membership-proof.ts'
import { ofSlots, type QuestionRules } from '../../src/question-rules.ts'
import { type BitLayout, bitLayout, withPivots } from '../../src/slot-bits.ts'
import { ProverOfAnything, type Prover, simulatedProver, type Statement } from './lying-prover.ts'

/** What the lying voter makes of the statement when it is false. */
const lies = {
  /** Says of every slot what is allowed; the ciphertexts hold something else. */
  'claim another value': (layout: BitLayout, _slots: readonly (readonly bigint[])[], { randomness }: Statement): Prover => new ProverOfAnything(layout, allowedBits(layout), randomness),
  /** Commits to what the ciphertexts do hold, in numbers that are no bits. */
  'commit to numbers that are no bits': (layout: BitLayout, slots: readonly (readonly bigint[])[], { randomness }: Statement): Prover => new ProverOfAnything(layout, numbersOf(layout, slots), randomness),
  /** Takes weight and challenge as it likes and makes the commitments fit them. */
  'simulate the proof': (layout: BitLayout, _slots: readonly (readonly bigint[])[], statement: Statement): Prover => simulatedProver(layout, statement, randomScalar(), randomScalar()),
} as const

export type Forgery = keyof typeof lies
export const forgeries = Object.keys(lies) as readonly Forgery[]

/** A body that encrypts `slots[question][slot]`, whatever they are; when they are allowed, the proof is honest. `held`: of which groups the slots are, where options are drawn. */
export function forgedBody (context: BallotContext, rules: readonly QuestionRules[], slots: readonly (readonly bigint[])[], credentialKey: Point, forgery: Forgery, held: HeldGroups = rules.map(() => [0])): Uint8Array {
  const layout = bitLayout(rules)
  const statement = encryptAnything(rules.map((its, q) => ofSlots(its, held[q]!, context.electionKeys)), slots)
  const prover = isAllowed(layout, slots) ? new MembershipProver(layout, slots, statement.randomness) : lies[forgery](layout, slots, statement)
  return provenBody(context, statement, credentialKey, prover, rules.map((its, q) => encodeGroups(its, held[q]!)))
}

/** The ciphertexts with what the prover says of them; `drawn[question]` are the bytes before them. */
export function provenBody (context: BallotContext, { questions, keys }: Statement, credentialKey: Point, prover: Prover, drawn: readonly Uint8Array[] = []): Uint8Array {
  const encrypted = questions.map(({ alpha, betas }, q) => concatBytes(drawn[q] ?? new Uint8Array(0), ...[alpha, ...betas].map((point) => point.toBytes())))
  const transcript = new BallotTranscript(context, credentialKey.toBytes(), encrypted, prover.bitCommitments)
  const linkCommitments = prover.commitLinks(keys, transcript.weight)
  return concatBytes(Uint8Array.of(ballotVersion), context.electionId, Uint8Array.of(context.classIndex), credentialKey.toBytes(),
    ...encrypted, prover.bitCommitments, linkCommitments, prover.respond(transcript.challenge(linkCommitments)))
}

/** `keys[question][slot]` */
export function encryptAnything (keys: readonly (readonly Point[])[], slots: readonly (readonly bigint[])[]): Statement {
  const randomness = slots.map(() => randomScalar())
  const questions = slots.map((values, q) => ({
    alpha: multiply(basePoint, randomness[q]!),
    betas: values.map((value, slot) => multiply(keys[q]![slot]!, randomness[q]!).add(multiply(basePoint, modOrder(value)))),
  }))
  return { keys, questions, randomness }
}

function isAllowed (layout: BitLayout, slots: readonly (readonly bigint[])[]): boolean {
  try {
    layout.bitsOf(slots)
    return true
  } catch {
    return false
  }
}

/** Any bits that fulfil the constraints, with as few free ones set as can be. */
function allowedBits (layout: BitLayout): bigint[] {
  const ranges = layout.freeBits.map((_, i) => i)
  const choices = [[], ...ranges.map((i) => [i]), ...ranges.flatMap((i) => ranges.slice(i + 1).map((j) => [i, j]))]
  for (const set of choices) {
    const bits = withPivots(layout, 1n, layout.freeBits.map((_, i) => BigInt(set.includes(i))))
    if (bits.every((bit) => bit === 0n || bit === 1n)) return bits
  }
  throw new Error('no answer with so few bits is allowed')
}

/** The last bit of each slot takes what the slot holds; what constraints give follows. */
function numbersOf (layout: BitLayout, slots: readonly (readonly bigint[])[]): bigint[] {
  const numbers = Array.from({ length: layout.bitCount }, () => 0n)
  layout.slots.forEach((forms, q) => {
    forms.forEach(({ constant, terms }, slot) => {
      const last = terms.at(-1)
      // its factor is 1 in all that these tests encrypt
      if (last !== undefined) numbers[last[0]] = modOrder(slots[q]![slot]! - constant)
    })
  })
  return withPivots(layout, 1n, layout.freeBits.map((bit) => numbers[bit]!))
}
