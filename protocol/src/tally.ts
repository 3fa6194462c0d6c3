/**
 * The count: over the box in key order, the Merkle root over (credential key,
 * tracker) and, per class, question and group of slots, the sums of all ciphertexts.
 */
import { ballotTracker, decodeCiphertexts } from './ballot-encoding.ts'
import { fromHex, toHex } from './bytes.ts'
import { decodePointOrIdentity, identity, type Point, pointToHex } from './group.ts'
import { appendLeaves, emptyFrontier, type Frontier, frontierRoot } from './merkle-tree.ts'
import { decodeTogether, type PublicPoint, sumPublicPoints } from './public-point.ts'
import type { QuestionRules } from './question-rules.ts'
import { taggedHash, tags } from './tagged-hash.ts'

/** Of the slots of a group, over the ballots that have them. */
export interface GroupSums {
  /** How many ballots have them. */
  readonly ballots: number
  readonly alpha: Point
  readonly betas: readonly Point[]
}

export interface Tally {
  readonly frontier: Frontier
  /** `sums[class][question][group]` */
  readonly sums: readonly (readonly (readonly GroupSums[])[])[]
  readonly ballotsPerClass: readonly number[]
}

export interface GroupSumsJson {
  readonly ballots: number
  readonly alpha: string
  readonly betas: readonly string[]
}

export interface TallyJson {
  readonly frontier: { readonly size: number, readonly roots: readonly string[] }
  readonly sums: readonly (readonly (readonly GroupSumsJson[])[])[]
  readonly ballotsPerClass: readonly number[]
}

export function emptyTally (rules: readonly QuestionRules[], classCount: number): Tally {
  const empty = rules.map(({ groups }) => groups.map(({ slotCount }) => ({ ballots: 0, alpha: identity, betas: Array.from({ length: slotCount }, () => identity) })))
  return { frontier: emptyFrontier, sums: Array.from({ length: classCount }, () => empty), ballotsPerClass: Array.from({ length: classCount }, () => 0) }
}

/** Adds checked ballots, which must come in the order of their credential keys. */
export function addToTally (tally: Tally, rules: readonly QuestionRules[], ballots: Iterable<{ credentialKey: string, bytes: Uint8Array }>): Tally {
  const leaves: Uint8Array[] = []
  const added: Added[][][] = tally.sums.map((questions) => questions.map((groups) => groups.map(({ betas }) => ({ alphas: [], betas: betas.map(() => []) }))))
  const ballotsPerClass = [...tally.ballotsPerClass]
  for (const { credentialKey, bytes } of ballots) {
    leaves.push(boxLeaf(credentialKey, ballotTracker(bytes, rules)))
    const { classIndex, questions } = decodeCiphertexts(bytes, rules)
    ballotsPerClass[classIndex]!++
    questions.forEach(({ groups, alpha, betas }, q) => {
      const its = betas.values()
      for (const group of groups) {
        const to = added[classIndex]![q]![group]!
        to.alphas.push(alpha)
        for (const sum of to.betas) sum.push(its.next().value!)
      }
    })
  }
  decodeTogether(added.flat(2).flatMap(({ alphas, betas }) => [alphas, ...betas]).flat())
  const sums = tally.sums.map((questions, classIndex) => questions.map((groups, q) => groups.map(({ ballots, alpha, betas }, group) => {
    const { alphas: moreAlphas, betas: moreBetas } = added[classIndex]![q]![group]!
    return { ballots: ballots + moreAlphas.length, alpha: plus(alpha, moreAlphas), betas: betas.map((beta, slot) => plus(beta, moreBetas[slot]!)) }
  })))
  return { frontier: appendLeaves(tags.boxNode, tally.frontier, leaves), sums, ballotsPerClass }
}

/** Ciphertexts by their place in the sums. */
interface Added {
  readonly alphas: PublicPoint[]
  readonly betas: readonly PublicPoint[][]
}

const plus = (sum: Point, more: readonly PublicPoint[]): Point => more.length === 0 ? sum : sum.add(sumPublicPoints(more))

export function boxLeaf (credentialKey: string, tracker: string): Uint8Array {
  return taggedHash(tags.boxLeaf, fromHex(credentialKey, 32), fromHex(tracker, 32))
}

/** The root over the whole box, hex. */
export function boxRoot (tally: Tally): string {
  return toHex(frontierRoot(tags.boxNode, tally.frontier))
}

export function tallyToJson (tally: Tally): TallyJson {
  return {
    frontier: { size: tally.frontier.size, roots: tally.frontier.roots.map(toHex) },
    sums: tally.sums.map((questions) => questions.map((groups) => groups.map(({ ballots, alpha, betas }) => ({ ballots, alpha: pointToHex(alpha), betas: betas.map(pointToHex) })))),
    ballotsPerClass: tally.ballotsPerClass,
  }
}

export function tallyFromJson (json: TallyJson): Tally {
  const point = (text: string): Point => decodePointOrIdentity(fromHex(text, 32))
  return {
    frontier: { size: json.frontier.size, roots: json.frontier.roots.map((root) => fromHex(root, 32)) },
    sums: json.sums.map((questions) => questions.map((groups) => groups.map(({ ballots, alpha, betas }) => ({ ballots, alpha: point(alpha), betas: betas.map(point) })))),
    ballotsPerClass: json.ballotsPerClass,
  }
}
