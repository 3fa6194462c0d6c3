/**
 * A question as one ballot answers it: where options are drawn for each ballot,
 * the same question with those alone, as if there were no others. What a kind
 * says of questions so holds of drawn ones without its knowing of draws.
 */
import { type Answer, kindOf, type Question } from './kinds/kinds.ts'

/** How many options are drawn for each ballot; undefined when it holds all. */
export function drawOf (question: Question): number | undefined {
  return 'draw' in question ? question.draw : undefined
}

export function optionCount (question: Question): number {
  return 'options' in question ? question.options.length : 0
}

/** `held` are the options drawn, by index; it does not matter where none are. */
export function askedQuestion (question: Question, held: readonly number[]): Question {
  if (!('draw' in question) || question.draw === undefined) return question
  const { draw, ...asked } = question
  return { ...asked, options: held.map((option) => question.options[option]!) }
}

/** Of an answer about all options what it says about those of the question that is asked. */
export function askedAnswer (answer: Answer, asked: Question): Answer {
  const kind = kindOf(asked)
  return kind.among === undefined || !('options' in asked) ? answer : kind.among(answer, asked.options)
}
