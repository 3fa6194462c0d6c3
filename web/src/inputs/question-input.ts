/** The input that fits a question's kind. A kind that this page does not know has none: the booth then says so. */
import { html, type TemplateResult } from 'lit'
import type { Question } from '../../../protocol/src/kinds/kinds.ts'
import type { Texts } from '../texts/texts.ts'
import { chooseInput, yesNoInput } from './choose-input.ts'
import type { Draft, Label } from './drafts.ts'
import { majorityInput } from './majority-input.ts'
import { numbersInput } from './numbers-input.ts'

export interface InputContext<Q extends Question> {
  readonly question: Q
  readonly draft: Draft
  readonly texts: Texts
  readonly label: Label
  readonly change: (draft: Draft) => void
}

export function questionInput (context: InputContext<Question>): TemplateResult {
  const { question } = context
  switch (question.kind) {
    case 'choose': return chooseInput({ ...context, question })
    case 'yes-no': return yesNoInput({ ...context, question })
    case 'score': case 'cumulative': case 'quadratic': return numbersInput({ ...context, question })
    case 'majority-judgment': return majorityInput({ ...context, question })
  }
}

export interface ChoiceLine {
  readonly type: 'radio' | 'checkbox'
  readonly name: string
  readonly value: string
  readonly checked: boolean
  readonly text: string
  readonly aside?: string | undefined
  readonly disabled?: boolean
  readonly take: (checked: boolean) => void
}

/** One line to take: a radio or a checkbox with its text. */
export function choiceLine ({ type, name, value, checked, text, aside, disabled = false, take }: ChoiceLine): TemplateResult {
  return html`<label class="choice">
    <input type=${type} name=${name} value=${value} .checked=${checked} ?disabled=${disabled}
      @change=${(event: Event) => { take((event.target as HTMLInputElement).checked) }}>
    <span class="choice-text">${text}</span>
    ${aside === undefined ? '' : html`<span class="aside">${aside}</span>`}
  </label>`
}

/** The blank answer; a name never has parentheses. */
export function blankLine ({ question, draft, texts, change }: InputContext<Question>, type: ChoiceLine['type']): TemplateResult {
  return choiceLine({
    type,
    name: question.id,
    value: '(blank)',
    checked: draft === 'blank',
    text: texts.blank,
    aside: texts.blankHint,
    take: (checked) => { change(checked ? 'blank' : undefined) },
  })
}
