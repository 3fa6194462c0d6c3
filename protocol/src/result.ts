/** From the decrypted sums to the result that is published. */
import type { Definition } from './definition.ts'
import { combineDecryptions, decryptionContext, type DecryptionMessage } from './decryption.ts'
import { kindOf, type Question } from './kinds/kinds.ts'
import type { QuestionCounts, QuestionResult } from './kinds/question-kind.ts'
import { poolsOf } from './pools.ts'
import type { PoolResult, ResultRecord } from './records.ts'
import { boxRoot, type Tally } from './tally.ts'

/** `messages` are at least `threshold` checked partial decryptions in the order of their trustees; the first ones are combined. */
export function computeResult (definition: Definition, tally: Tally, messages: readonly DecryptionMessage[]): ResultRecord {
  const pools = poolsOf(definition, tally)
  const head = {
    boxRoot: boxRoot(tally),
    ballots: tally.frontier.size,
    roll: definition.roll.size,
    classes: definition.classes.map(({ id, size }, c) => ({ id, ballots: tally.ballotsPerClass[c]!, roll: size })),
  }
  const told = (counts: (decrypted: number) => readonly QuestionCounts[]): PoolResult[] => {
    let decrypted = 0
    return pools.map(({ classes, weight, ballots, withheld }) =>
      ({ classes: classes.map((c) => definition.classes[c]!.id), weight, ballots, withheld, questions: withheld ? [] : counts(decrypted++) }))
  }
  const decrypted = pools.filter(({ withheld }) => !withheld)
  if (decrypted.length === 0) return { ...head, pools: told(() => []), trustees: [], withheld: true, questions: [] }
  const used = messages.slice(0, definition.threshold)
  if (used.length < definition.threshold) throw new Error('too few partial decryptions')
  const totals = combineDecryptions(decryptionContext(definition, tally), used)
  const resultOf = (question: Question, q: number, weightOf: (pool: number) => number): QuestionResult => {
    const weighted = totals[0]![q]!.map((_, total) => sum(decrypted.map((_, pool) => weightOf(pool) * totals[pool]![q]![total]!)))
    return kindOf(question).result(question, weighted, sum(decrypted.map(({ ballots }, pool) => weightOf(pool) * ballots)))
  }
  return {
    ...head,
    pools: told((of) => definition.questions.map((question, q) => {
      const { id, counts, blank } = resultOf(question, q, (pool) => pool === of ? 1 : 0)
      return { id, counts, blank }
    })),
    trustees: used.map(({ trustee }) => trustee),
    withheld: false,
    questions: definition.questions.map((question, q) => ({
      ...resultOf(question, q, (pool) => decrypted[pool]!.weight), ...quorumOf(question, tally.frontier.size, definition.roll.size),
    })),
  }
}

/** With so many people on the roll, a share of it is reached by this many ballots, rounded up: people, whatever their weight, and whether they could be counted or not. */
function quorumOf ({ quorum }: Question, ballots: number, roll: number): Pick<QuestionResult, 'quorum'> {
  if (quorum === undefined) return {}
  const needed = Number((BigInt(roll) * BigInt(quorum.numerator) + BigInt(quorum.denominator - 1)) / BigInt(quorum.denominator))
  return { quorum: { needed, reached: ballots >= needed } }
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((whole, number) => whole + number, 0)
}
