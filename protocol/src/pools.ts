/**
 * What is decrypted together. Each class has its own sums; a *pool* is one or
 * more classes whose sums are added up, decrypted as one and counted with one
 * weight. This file is the only rule for it: contract, trustees and auditor ask
 * here, and it follows from nothing but the definition and the (public) number
 * of ballots of each class.
 *
 * Every class is in one pool at most, every pool that is decrypted holds
 * `minBallots` ballots or more, and nothing but pools is ever decrypted. So no
 * sum or difference of published figures is about fewer ballots than that.
 * Weights are applied to what is decrypted: a sum a + w·b with w above what a
 * can be would give both away.
 */
import type { Definition } from './definition-schema.ts'
import { sumPoints } from './group.ts'
import type { GroupSums, Tally } from './tally.ts'

export interface Pool {
  /** Indexes of the classes, ascending: those of which ballots were cast. */
  readonly classes: readonly number[]
  readonly weight: number
  readonly ballots: number
  /** Too few ballots: it is not decrypted, and they are not counted. */
  readonly withheld: boolean
}

/** A pool that is decrypted, with the sums over its classes. */
export interface PooledSums extends Pool {
  /** `sums[question][group]`; undefined for an option that was drawn for fewer than `minBallots` of its ballots: it is not decrypted. */
  readonly sums: readonly (readonly (GroupSums | undefined)[])[]
}

type PoolRules = Pick<Definition, 'classes' | 'minBallots' | 'smallClasses'>

/** All ballots that were cast, each in one pool; in the order of the pools' first classes. A class without ballots is in none. */
export function poolsOf ({ classes, minBallots, smallClasses }: PoolRules, { ballotsPerClass }: Pick<Tally, 'ballotsPerClass'>): Pool[] {
  const cast = [...classes.keys()].filter((c) => ballotsPerClass[c]! > 0)
  const isSmall = (c: number): boolean => ballotsPerClass[c]! < minBallots
  // with a class of weight 1 left by itself, the difference to what is counted with it would be the small class
  const together = smallClasses === 'count-unweighted' && cast.some(isSmall) ? cast.filter((c) => isSmall(c) || classes[c]!.weight === 1) : []
  const alone = cast.filter((c) => !together.includes(c))
  const pool = (of: readonly number[], weight: number): Pool => {
    const ballots = of.reduce((sum, c) => sum + ballotsPerClass[c]!, 0)
    return { classes: of, weight, ballots, withheld: ballots < minBallots }
  }
  const pools = [...together.length > 0 ? [pool(together, 1)] : [], ...alone.map((c) => pool([c], classes[c]!.weight))]
  return pools.sort((a, b) => a.classes[0]! - b.classes[0]!)
}

/** Whether there is nothing that may be decrypted: too few ballots in every pool, or none at all. */
export function isWithheld (definition: PoolRules, tally: Pick<Tally, 'ballotsPerClass'>): boolean {
  return poolsOf(definition, tally).every(({ withheld }) => withheld)
}

/** What is decrypted, and nothing else is. */
export function pooledSums (definition: PoolRules, tally: Tally): PooledSums[] {
  return poolsOf(definition, tally).filter(({ withheld }) => !withheld).map((pool) => {
    const ofClasses = pool.classes.map((c) => tally.sums[c]!)
    const sums = ofClasses[0]!.map((groups, q) => groups.map((_, group) => {
      const sum = addUp(ofClasses.map((questions) => questions[q]![group]!))
      return sum.ballots < definition.minBallots ? undefined : sum
    }))
    return { ...pool, sums }
  })
}

function addUp (sums: readonly GroupSums[]): GroupSums {
  return {
    ballots: sums.reduce((whole, { ballots }) => whole + ballots, 0),
    alpha: sumPoints(sums.map(({ alpha }) => alpha)),
    betas: sums[0]!.betas.map((_, slot) => sumPoints(sums.map(({ betas }) => betas[slot]!))),
  }
}
