/**
 * Threshold decryption of the sums (Desmedt and Frankel, Crypto 1989): each
 * trustee posts x·alpha for its shares x with proofs; any `threshold` of them
 * combine by Lagrange interpolation at 0. What is decrypted are a question's
 * totals: of votes in levels never the sum of a single level.
 */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { fromHex, toHex, uint32 } from './bytes.ts'
import { type Definition, electionIdBytes, slotRules } from './definition.ts'
import { Hash, PublicKey } from './definition-schema.ts'
import { addEqualityEquations, equalityProofLength, type EqualityStatement, proveEquality } from './equality-proof.ts'
import { Equations } from './equations.ts'
import { ScrutinError } from './errors.ts'
import { basePoint, identity, invertScalar, modOrder, multiply, type Point, pointFromHex, pointToHex, sumPoints } from './group.ts'
import { publicPointFromHex } from './public-point.ts'
import type { Total } from './kinds/question-kind.ts'
import { type PooledSums, pooledSums } from './pools.ts'
import type { QuestionRules, SlotGroup } from './question-rules.ts'
import { boxRoot, type GroupSums, type Tally } from './tally.ts'
import { tags } from './tagged-hash.ts'
import { Transcript } from './transcript.ts'

const closed = { additionalProperties: false } as const

/** A share times a point, with the proof that it is this trustee's share; both in hex. */
export const Factor = Type.Object({
  factor: PublicKey,
  proof: Type.String({ pattern: `^[0-9a-f]{${2 * equalityProofLength}}$` }),
}, closed)

export const DecryptionMessage = Type.Object({
  trustee: Type.Integer({ minimum: 0, maximum: 63 }),
  /** The box that this decrypts, and no other. */
  boxRoot: Hash,
  /** Those that may be decrypted, each by its classes, and no others. */
  pools: Type.Array(Type.Object({
    classes: Type.Array(Type.Integer({ minimum: 0, maximum: 15 }), { minItems: 1, maxItems: 16 }),
    /** `factors[question][total]`, totals numbered through the groups of a question */
    factors: Type.Array(Type.Array(Factor, { maxItems: 1000 }), { maxItems: 50 }),
  }, closed), { maxItems: 16 }),
}, closed)
export type DecryptionMessage = Static<typeof DecryptionMessage>

export interface DecryptionContext {
  /** 32 bytes */
  readonly electionId: Uint8Array
  /** Hex */
  readonly boxRoot: string
  /** What is decrypted of each question, and what not. */
  readonly questions: readonly QuestionRules[]
  readonly pools: readonly PooledSums[]
}

/** What is decrypted of a box follows from the box: there is nothing to choose. */
export function decryptionContext (definition: Definition, tally: Tally): DecryptionContext {
  return { electionId: electionIdBytes(definition), boxRoot: boxRoot(tally), questions: slotRules(definition), pools: pooledSums(definition, tally) }
}

export function parseDecryptionMessage (value: unknown): DecryptionMessage {
  if (!Value.Check(DecryptionMessage, value)) throw new ScrutinError('input.malformed', 'not a partial decryption')
  return value
}

/** A trustee's partial decryption of the pools' sums; `shares[key]` are its secret shares. */
export function decryptTally (context: DecryptionContext, trustee: number, shares: readonly bigint[]): DecryptionMessage {
  const pools = context.pools.map((pool) => ({
    classes: [...pool.classes],
    factors: totalsOf(context, pool).map((totals, question) => totals.map(({ of, group, sums: { alpha } }, total) => {
      const share = modOrder(of.terms.reduce((sum, { slot, weight }) => sum + weight * shares[group.firstKey + slot]!, 0n))
      const statement = { share: multiply(basePoint, share), alpha, factor: multiply(alpha, share) }
      const proof = proveEquality(factorTranscript(context, trustee, pool, question, total), statement, share)
      return { factor: pointToHex(statement.factor), proof: toHex(proof) }
    })),
  }))
  return { trustee, boxRoot: context.boxRoot, pools }
}

/** Throws `decryption.root`, `decryption.pools` or `decryption.proof` unless these pools are decrypted, each factor proven against the trustee's verification keys. */
export function checkDecryption (context: DecryptionContext, message: DecryptionMessage, verification: readonly Point[]): void {
  if (message.boxRoot !== context.boxRoot) throw new ScrutinError('decryption.root')
  const told = (pools: readonly { classes: readonly number[] }[]): string => pools.map(({ classes }) => classes.join('+')).join(', ')
  if (told(message.pools) !== told(context.pools)) throw new ScrutinError('decryption.pools', `classes ${told(message.pools) || 'none'} instead of ${told(context.pools) || 'none'}`)
  const expected = context.pools.map((pool) => totalsOf(context, pool))
  const fits = message.pools.every(({ factors }, pool) => factors.length === expected[pool]!.length &&
    factors.every((totals, question) => totals.length === expected[pool]![question]!.length))
  if (!fits) throw new ScrutinError('input.malformed', 'the partial decryption does not fit the definition')
  const equations = new Equations()
  try {
    expected.forEach((questions, pool) => questions.forEach((totals, question) => totals.forEach(({ of, group, sums: { alpha } }, total) => {
      const { factor, proof } = message.pools[pool]!.factors[question]![total]!
      const statement: EqualityStatement = { share: totalOf(of, verification.slice(group.firstKey)), alpha, factor: publicPointFromHex(factor) }
      addEqualityEquations(equations, factorTranscript(context, message.trustee, context.pools[pool]!, question, total), statement, fromHex(proof, equalityProofLength))
    })))
  } catch (error) {
    if (error instanceof ScrutinError) throw new ScrutinError('decryption.proof', error.detail)
    throw error
  }
  if (!equations.hold()) throw new ScrutinError('decryption.proof')
}

/** Combines exactly `threshold` checked messages into `totals[pool][question][group][total]`; undefined for a group that is not decrypted. */
export function combineDecryptions (context: DecryptionContext, messages: readonly DecryptionMessage[]): (number[] | undefined)[][][] {
  const lagrange = messages.map(({ trustee }) => lagrangeAtZero(trustee, messages.map((message) => message.trustee)))
  const find = logarithmFinder()
  return context.pools.map((sums, pool) => totalsOf(context, sums).map((totals, question) => {
    const found = totals.map(({ of, sums: { ballots, betas } }, total) => {
      const mask = sumPoints(messages.map((message, i) => multiply(pointFromHex(message.pools[pool]!.factors[question]![total]!.factor), lagrange[i]!)))
      return find(totalOf(of, betas).subtract(mask), of.most * ballots)
    })
    return context.questions[question]!.groups.map((group, i) => sums.sums[question]![i] === undefined ? undefined : found.splice(0, group.totals.length))
  }))
}

/** By question, the totals through all groups that are decrypted, each with the pool's sums that it is decrypted from. */
function totalsOf ({ questions }: DecryptionContext, { sums }: PooledSums): { readonly of: Total, readonly group: SlotGroup, readonly sums: GroupSums }[][] {
  return questions.map(({ groups }, question) => groups.flatMap((group, i) => {
    const its = sums[question]![i]
    return its === undefined ? [] : group.totals.map((of) => ({ of, group, sums: its }))
  }))
}

/** Σ weight·point over the slots of a total, of the points of its group's slots. */
function totalOf ({ terms }: Total, points: readonly Point[]): Point {
  if (terms.length === 1 && terms[0]!.weight === 1n) return points[terms[0]!.slot]!
  return sumPoints(terms.map(({ slot, weight }) => multiply(points[slot]!, weight)))
}

/** The search for numbers up to some most; its tables are made once for each. */
function logarithmFinder (): (point: Point, most: number) => number {
  const made = new Map<number, (point: Point) => number>()
  return (point, most) => {
    const find = made.get(most) ?? smallLogarithms(most)
    made.set(most, find)
    return find(point)
  }
}

/** λ_i = Π x_j / (x_j - x_i) over the other trustees j, at x = trustee + 1. */
function lagrangeAtZero (trustee: number, all: readonly number[]): bigint {
  const xi = BigInt(trustee + 1)
  let numerator = 1n
  let denominator = 1n
  for (const other of all) {
    if (other === trustee) continue
    const xj = BigInt(other + 1)
    numerator = modOrder(numerator * xj)
    denominator = modOrder(denominator * (xj - xi))
  }
  return modOrder(numerator * invertScalar(denominator))
}

/** Finds m in [0, most] with m·G = point by baby steps and giant steps (Shanks): 2·√most additions. */
export function smallLogarithms (most: number): (point: Point) => number {
  const width = Math.max(1, Math.ceil(Math.sqrt(most + 1)))
  const baby = new Map<string, number>()
  let step = identity
  for (let i = 0; i < width; i++) {
    baby.set(pointToHex(step), i)
    step = step.add(basePoint)
  }
  const giant = step.negate()
  return (point) => {
    let rest = point
    for (let j = 0; j * width <= most; j++) {
      const found = baby.get(pointToHex(rest))
      if (found !== undefined && j * width + found <= most) return j * width + found
      rest = rest.add(giant)
    }
    throw new ScrutinError('decryption.proof', 'a decrypted sum is out of range')
  }
}

function factorTranscript (context: DecryptionContext, trustee: number, { classes }: PooledSums, question: number, total: number): Transcript {
  return new Transcript(tags.decryptionProof)
    .absorb('election', context.electionId)
    .absorb('box', fromHex(context.boxRoot, 32))
    .absorb('classes', Uint8Array.from(classes))
    .absorb('place', new Uint8Array([trustee, question, total].flatMap((number) => [...uint32(number)])))
}
