/** Inputs of `choose` (one of, or some of) and of `yes-no`. */
import { html, type TemplateResult } from 'lit'
import type { ChooseQuestion } from '../../../protocol/src/kinds/choose.ts'
import type { YesNoAnswer, YesNoQuestion } from '../../../protocol/src/kinds/yes-no.ts'
import { chosenOf } from './drafts.ts'
import { blankLine, choiceLine, type InputContext } from './question-input.ts'

export function chooseInput (context: InputContext<ChooseQuestion>): TemplateResult {
  const { question, draft, texts, label, change } = context
  const { id, options, min, max, blank, budget } = question
  const chosen = chosenOf(draft)
  const isOne = min === 1 && max === 1
  const take = (option: string, checked: boolean): void => {
    // in the order of the definition, so that nothing tells in which order they were taken
    const now = isOne ? [option] : options.map((each) => each.id).filter((each) => each === option ? checked : chosen.includes(each))
    change({ choose: now })
  }
  return html`
    ${isOne ? '' : html`<p class="left" aria-live="polite">${texts.chosenCount(chosen.length, max)}</p>`}
    <div class="choices">
      ${options.map((option) => choiceLine({
        type: isOne ? 'radio' : 'checkbox',
        name: id,
        value: option.id,
        checked: chosen.includes(option.id),
        text: label(option.label),
        aside: budget === undefined ? undefined : texts.cost(budget.costs[option.id]!.toLocaleString()),
        disabled: !isOne && chosen.length >= max && !chosen.includes(option.id),
        take: (checked) => { take(option.id, checked) },
      }))}
      ${blank ? blankLine(context, isOne ? 'radio' : 'checkbox') : ''}
    </div>`
}

export function yesNoInput ({ question: { id, blank }, draft, texts, change }: InputContext<YesNoQuestion>): TemplateResult {
  const answers: { answer: YesNoAnswer, text: string, aside?: string }[] = [{ answer: 'yes', text: texts.yes }, { answer: 'no', text: texts.no }]
  if (blank) answers.push({ answer: 'blank', text: texts.blank, aside: texts.blankHint })
  return html`<div class="choices row">
    ${answers.map(({ answer, text, aside }) => choiceLine({ type: 'radio', name: id, value: answer, checked: draft === answer, text, aside, take: () => { change(answer) } }))}
  </div>`
}
