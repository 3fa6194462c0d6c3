/** Input of `score`, `cumulative` and `quadratic`: a number for each option, with what is left of points or credits. */
import { html, type TemplateResult } from 'lit'
import { allowance, mostEach, numbersDraft, numbersOf, type NumbersQuestion, spent } from './drafts.ts'
import { blankLine, type InputContext } from './question-input.ts'

export function numbersInput (context: InputContext<NumbersQuestion>): TemplateResult {
  const { question } = context
  const all = allowance(question)
  return html`
    ${all === undefined ? '' : meter(context, all)}
    <div class="numbers">${question.options.map((_, i) => numberRow(context, i, all))}</div>
    ${question.blank ? html`<div class="choices">${blankLine(context, 'checkbox')}</div>` : ''}`
}

function meter ({ question, draft, texts }: InputContext<NumbersQuestion>, all: number): TemplateResult {
  const left = all - spent(question, draft)
  const text = question.kind === 'quadratic' ? texts.creditsLeft(left, all) : texts.pointsLeft(left, all)
  return html`<p class="left ${left < 0 ? 'over' : ''}" aria-live="polite">${text}</p>
    <progress class="meter" max=${all} .value=${Math.max(0, left)} aria-hidden="true"></progress>`
}

function numberRow ({ question, draft, texts, label, change }: InputContext<NumbersQuestion>, index: number, all: number | undefined): TemplateResult {
  const option = question.options[index]!
  const name = label(option.label)
  const numbers = numbersOf(draft)
  const number = numbers[option.id] ?? 0
  const most = mostEach(question)
  const set = (value: number): void => {
    const within = Math.min(most, Math.max(0, Number.isFinite(value) ? Math.trunc(value) : 0))
    const { [option.id]: _, ...others } = numbers
    change(numbersDraft(question, within === 0 ? others : { ...others, [option.id]: within }))
  }
  const oneMore = question.kind === 'quadratic' ? 2 * number + 1 : 1
  const canMore = number < most && (all === undefined || spent(question, draft) + oneMore <= all)
  const field = `${question.id}-${option.id}`
  const budget = question.kind === 'cumulative' ? question.budget : undefined
  return html`<div class="number-row">
    <label for=${field}>${name}${budget === undefined ? '' : html`<span class="aside">${texts.cost(budget.costs[option.id]!.toLocaleString())}</span>`}
      ${question.kind === 'quadratic' && number > 0 ? html`<span class="aside">${texts.votesCost(number, number ** 2)}</span>` : ''}</label>
    <div class="stepper">
      <button type="button" aria-label=${texts.less(name)} ?disabled=${number === 0} @click=${() => { set(number - 1) }}>−</button>
      <input id=${field} type="number" inputmode="numeric" min="0" max=${most} step="1" .value=${String(number)}
        @change=${(event: Event) => {
          const input = event.target as HTMLInputElement
          set(input.valueAsNumber)
          // what was typed may be what stood there in another writing
          input.value = String(Math.min(most, Math.max(0, Number.isFinite(input.valueAsNumber) ? Math.trunc(input.valueAsNumber) : 0)))
        }}>
      <button type="button" aria-label=${texts.more(name)} ?disabled=${!canMore} @click=${() => { set(number + 1) }}>+</button>
    </div>
  </div>`
}
