/** Answers as people write them in one line: `question=option,option`, `question=blank`, `question=` for none. */
import type { Definition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Answer } from '../../protocol/src/kinds/question-kind.ts'

/** One answer per question, in the definition's order; `input.malformed` for a question that is unknown, missing or answered twice. */
export function parseAnswers (definition: Definition, texts: readonly string[]): Answer[] {
  const answers = new Map<string, Answer>()
  for (const text of texts) {
    const equals = text.indexOf('=')
    const question = definition.questions.find(({ id }) => id === text.slice(0, equals))
    if (equals < 0 || question === undefined) {
      throw new ScrutinError('input.malformed', `an answer is question=option,option or question=blank; the questions are ${definition.questions.map(({ id }) => id).join(', ')}`)
    }
    if (answers.has(question.id)) throw new ScrutinError('input.malformed', `question ${question.id} is answered twice`)
    answers.set(question.id, parseAnswer(text.slice(equals + 1)))
  }
  return definition.questions.map(({ id }) => {
    const answer = answers.get(id)
    if (answer === undefined) throw new ScrutinError('input.malformed', `question ${id} is not answered`)
    return answer
  })
}

/** An option of its own may be called `blank`: then it is written with a comma after it. */
export function parseAnswer (text: string): Answer {
  const trimmed = text.trim()
  if (trimmed === 'blank') return 'blank'
  return { choose: trimmed.split(',').map((option) => option.trim()).filter((option) => option !== '') }
}
