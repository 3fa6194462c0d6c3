/** From the decrypted sums to the result that is published. */
import { askedQuestion } from './asked-question.ts'
import type { Definition } from './definition.ts'
import { combineDecryptions, decryptionContext, type DecryptionMessage } from './decryption.ts'
import { isDrawn } from './draw.ts'
import { kindOf, type Question } from './kinds/kinds.ts'
import type { QuestionCounts, QuestionResult } from './kinds/question-kind.ts'
import { poolsOf } from './pools.ts'
import type { PoolResult, ResultRecord } from './records.ts'
import type { QuestionRules } from './question-rules.ts'
import { boxRoot, type GroupSums, type Tally } from './tally.ts'

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
  const context = decryptionContext(definition, tally)
  const totals = combineDecryptions(context, used)
  const resultOf = (question: Question, q: number, weightOf: (pool: number) => number): QuestionResult =>
    questionResult(question, context.questions[q]!, context.questions[q]!.groups.map((_, group) => weigh(context.pools.flatMap(({ sums }, pool) => {
      const [its, weight] = [sums[q]![group], weightOf(pool)]
      return its === undefined || weight === 0 ? [] : [{ weight, ballots: its.ballots, totals: totals[pool]![q]![group]! }]
    }))))
  return {
    ...head,
    pools: told((of) => definition.questions.map((question, q) => {
      const { id, counts, blank } = resultOf(question, q, (pool) => pool === of ? 1 : 0)
      return { id, counts, blank }
    })),
    trustees: used.map(({ trustee }) => trustee),
    withheld: false,
    questions: definition.questions.map((question, q) => ({
      ...resultOf(question, q, (pool) => decrypted[pool]!.weight), ...drawnOf(question, tally.sums.map((questions) => questions[q]!)), ...quorumOf(question, tally.frontier.size, definition.roll.size),
    })),
  }
}

/** What was decrypted of a group of slots, each ballot counted with its weight. */
interface GroupVotes {
  readonly votes: number
  readonly totals: readonly number[]
}

function weigh (decrypted: readonly { readonly weight: number, readonly ballots: number, readonly totals: readonly number[] }[]): GroupVotes {
  return {
    votes: sum(decrypted.map(({ weight, ballots }) => weight * ballots)),
    totals: decrypted.reduce<readonly number[]>((so, { weight, totals }) => totals.map((total, i) => (so[i] ?? 0) + weight * total), []),
  }
}

/** Where options are drawn: of those that enough were asked about, as if there were no others. */
function questionResult (question: Question, rules: QuestionRules, groups: readonly GroupVotes[]): QuestionResult {
  const told = [...groups.keys()].filter((group) => groups[group]!.votes > 0)
  if (told.length === 0) return { id: question.id, counts: {}, blank: null, ranking: [], winners: [] }
  const asked = isDrawn(rules) ? askedQuestion(question, told) : question
  return kindOf(asked).result(asked, told.flatMap((group) => groups[group]!.totals), told.map((group) => groups[group]!.votes))
}

/** The ballots that were asked about each option, in all classes: `sums[class][group]`. */
function drawnOf (question: Question, sums: readonly (readonly GroupSums[])[]): Pick<QuestionResult, 'drawn'> {
  if (!('draw' in question) || question.draw === undefined) return {}
  return { drawn: Object.fromEntries(question.options.map(({ id }, group) => [id, sum(sums.map((groups) => groups[group]!.ballots))])) }
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
