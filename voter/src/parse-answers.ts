/** Answers as people write them in one line: `question=answer`, the answer as its kind has it typed, like `option,option`, `option=number,option=number` or `blank`. */
import type { Definition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type Answer, kindOf, type Question } from '../../protocol/src/kinds/kinds.ts'

/** One answer per question, in the definition's order; `input.malformed` for a question that is unknown, missing or answered twice. */
export function parseAnswers (definition: Definition, texts: readonly string[]): Answer[] {
  const answers = new Map<string, Answer>()
  for (const text of texts) {
    const equals = text.indexOf('=')
    const question = definition.questions.find(({ id }) => id === text.slice(0, equals))
    if (equals < 0 || question === undefined) {
      throw new ScrutinError('input.malformed', `an answer is question=…, such as question=option,option or question=blank; the questions are ${definition.questions.map(({ id }) => id).join(', ')}`)
    }
    if (answers.has(question.id)) throw new ScrutinError('input.malformed', `question ${question.id} is answered twice`)
    answers.set(question.id, parseAnswer(question, text.slice(equals + 1)))
  }
  return definition.questions.map(({ id }) => {
    const answer = answers.get(id)
    if (answer === undefined) throw new ScrutinError('input.malformed', `question ${id} is not answered`)
    return answer
  })
}

/** What was typed for a question. Whether the question allows it, `answerSlots` says before anything is made of it. */
export function parseAnswer (question: Question, text: string): Answer {
  return kindOf(question).parse(text.trim()) as Answer
}
