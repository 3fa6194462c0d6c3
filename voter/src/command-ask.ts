/** Asking in the terminal what was not said on the command line. */
import { createInterface } from 'node:readline/promises'
import { optionCount } from '../../protocol/src/asked-question.ts'
import { type Answer, answerSlots, kindOf } from '../../protocol/src/kinds/kinds.ts'
import type { Definition, Question } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { parseAnswer } from './parse-answers.ts'

/** Throws `input.malformed` when there is nobody to be asked. */
export function assertTerminal (): void {
  if (!process.stdin.isTTY) throw new ScrutinError('input.malformed', 'say what to vote with --answer, or run it in a terminal')
}

/** Asks question by question on stderr, until each answer is allowed; `asked` are the questions with the options that were drawn for this voter. */
export async function askAnswers (definition: Definition, asked: readonly Question[], locale: string): Promise<Answer[]> {
  assertTerminal()
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    process.stderr.write(`\n${textOf(definition.title, locale)}\n`)
    const answers: Answer[] = []
    for (const [q, question] of asked.entries()) {
      const all = optionCount(definition.questions[q]!)
      const note = optionCount(question) < all ? `${optionCount(question)} of ${all}, drawn for you:\n` : ''
      answers.push(await askQuestion(question, note, locale, async (text) => await terminal.question(text)))
    }
    return answers
  } finally {
    terminal.close()
  }
}

/** Asks on stderr until one of the words was typed; its first letters do where they are those of one only. */
export async function askChoice<Word extends string> (question: string, words: readonly Word[]): Promise<Word> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    for (;;) {
      const typed = (await terminal.question(`${question} [${words.join('/')}] `)).trim().toLowerCase()
      const meant = words.filter((word) => typed !== '' && word.startsWith(typed))
      if (meant.length === 1) return meant[0]!
    }
  } finally {
    terminal.close()
  }
}

async function askQuestion (question: Question, note: string, locale: string, ask: (text: string) => Promise<string>): Promise<Answer> {
  const options = 'options' in question ? question.options : []
  process.stderr.write(`\n${textOf(question.title, locale)}\n${note}`)
  options.forEach((option, i) => { process.stderr.write(`  ${i + 1}  ${textOf(option.label, locale)}\n`) })
  for (;;) {
    // the numbers stand for the options' ids wherever one begins: 2,3 or 2=good,3=bad
    const typed = (await ask(`${kindOf(question).hint(question)}: `)).trim().toLowerCase()
      .replace(/(?<=^|[\s,])\d+(?=$|[\s,=])/g, (number) => options[Number(number) - 1]?.id ?? number)
    const answer = parseAnswer(question, typed)
    try {
      answerSlots(question, answer)
      return answer
    } catch (error) {
      if (!(error instanceof ScrutinError)) throw error
      process.stderr.write(`${error.detail ?? error.message}\n`)
    }
  }
}

/** In this language if the definition has it, else in its first. */
export function textOf (texts: Readonly<Record<string, string>>, locale: string): string {
  return texts[locale] ?? texts[locale.slice(0, 2)] ?? Object.values(texts)[0] ?? ''
}
