/** Input of `majority-judgment`: one grade for each candidate, on a scale of colours that never stand alone: the words do. */
import { html, type TemplateResult } from 'lit'
import { ref } from 'lit/directives/ref.js'
import type { MajorityQuestion } from '../../../protocol/src/kinds/majority-judgment.ts'
import { gradesOf, noOpinionId } from './drafts.ts'
import type { InputContext } from './question-input.ts'

export function majorityInput ({ question, draft, texts, label, change }: InputContext<MajorityQuestion>): TemplateResult {
  const { id, options, grades, noOpinion } = question
  const given = gradesOf(draft)
  const choices = [
    ...grades.map((grade, i) => ({ id: grade.id, text: label(grade.label), colour: gradeColour(i, grades.length) })),
    ...noOpinion === null ? [] : [{ id: noOpinionId as string, text: label(noOpinion.label), colour: undefined }],
  ]
  return html`
    <p class="left" aria-live="polite">${texts.gradedCount(Object.keys(given).length, options.length)}</p>
    ${options.map((candidate) => html`<fieldset class="candidate">
      <legend>${label(candidate.label)}</legend>
      <div class="grades">${choices.map((choice) => html`<label class="grade ${choice.colour === undefined ? 'none' : ''}"
        ${ref((element) => { paint(element, choice.colour) })}>
        <input type="radio" name="${id}-${candidate.id}" value=${choice.id} .checked=${given[candidate.id] === choice.id}
          @change=${() => { change({ grades: { ...given, [candidate.id]: choice.id } }) }}>
        <span>${choice.text}</span>
      </label>`)}</div>
    </fieldset>`)}`
}

/** By the style's object, as a style attribute would need a weaker Content-Security-Policy. */
function paint (element: Element | undefined, colour: string | undefined): void {
  if (element instanceof HTMLElement && colour !== undefined) element.style.setProperty('--grade', colour)
}

/** From a deep green over ochre to a dark red; all are dark enough for white text. */
function gradeColour (index: number, of: number): string {
  const place = of === 1 ? 0 : index / (of - 1)
  const hue = place < 0.5 ? 158 - (158 - 42) * (place / 0.5) : 42 - (42 - -8) * ((place - 0.5) / 0.5)
  return `hsl(${Math.round((hue + 360) % 360)} ${place < 0.5 ? 62 : 66}% ${Math.round(26 + 2 * (0.5 - Math.abs(place - 0.5)))}%)`
}
