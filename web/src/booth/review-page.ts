/** After the encryption: the choices once more, the tracker, and what becomes of the ballot: check or cast. */
import { html, type TemplateResult } from 'lit'
import { answerOf, describeDraft, type Draft } from '../inputs/drafts.ts'
import { saveFile } from '../save-file.ts'
import type { Page } from './booth-state.ts'
import type { BoothActions, PageContext } from './page-context.ts'
import { trackerBox } from './tracker-box.ts'

export function reviewPage (context: PageContext, { tracker, busy }: Extract<Page, { name: 'review' }>, drafts: readonly Draft[], actions: BoothActions): TemplateResult {
  const { texts } = context
  return html`
    <h1 tabindex="-1">${texts.reviewTitle}</h1>
    <p class="lead">${texts.reviewLead}</p>
    ${choicesList(context, drafts)}
    <div class="actions start"><button type="button" class="link" ?disabled=${busy} @click=${actions.backToBallot}>${texts.change}</button></div>
    ${trackerBox(texts, tracker)}
    <div class="ways">
      <section class="card way">
        <h2>${texts.cast}</h2>
        <p>${texts.castText}</p>
        <button type="button" class="primary" ?disabled=${busy} @click=${actions.cast}>${texts.cast}</button>
      </section>
      <section class="card way">
        <h2>${texts.check}</h2>
        <p>${texts.checkText}</p>
        <button type="button" class="secondary" ?disabled=${busy} @click=${actions.check}>${texts.check}</button>
      </section>
    </div>`
}

export function openedPage (context: PageContext, { file }: Extract<Page, { name: 'opened' }>, drafts: readonly Draft[], actions: BoothActions): TemplateResult {
  const { texts } = context
  return html`
    <h1 tabindex="-1">${texts.openedTitle}</h1>
    <p class="lead">${texts.openedText}</p>
    ${trackerBox(texts, file.tracker)}
    ${choicesList(context, drafts)}
    <div class="actions">
      <button type="button" class="primary" @click=${actions.fill}>${texts.checkedBack}</button>
      <button type="button" class="secondary" @click=${() => { saveFile(`scrutin-check-${file.tracker.slice(0, 8)}.json`, `${JSON.stringify(file)}\n`) }}>${texts.saveCheck}</button>
    </div>`
}

function choicesList ({ texts, label, view }: PageContext, drafts: readonly Draft[]): TemplateResult {
  return html`<section class="card choices-made">
    <h2>${texts.yourChoices}</h2>
    <dl>${view.definition.questions.map((question, q) => html`
      <dt>${label(question.title)}</dt>
      ${describeDraft(question, answerOf(question, drafts[q]), texts, label).map(({ option, value }) => html`<dd>${option === undefined ? value : html`<span>${option}</span> <strong>${value}</strong>`}</dd>`)}`)}
    </dl>
  </section>`
}
