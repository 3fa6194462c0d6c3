/** The ballot: every question with the input of its kind. */
import { html, type TemplateResult } from 'lit'
import type { Question } from '../../../protocol/src/kinds/kinds.ts'
import type { Draft } from '../inputs/drafts.ts'
import { questionInput } from '../inputs/question-input.ts'
import type { Texts } from '../texts/texts.ts'
import type { Page } from './booth-state.ts'
import type { BoothActions, PageContext } from './page-context.ts'

export function ballotPage ({ texts, label, view }: PageContext, page: Extract<Page, { name: 'ballot' }>, drafts: readonly Draft[], actions: BoothActions): TemplateResult {
  const { questions } = view.definition
  const problems = page.problems.flatMap((problem, q) => problem === undefined ? [] : [{ problem, q }])
  return html`
    <h1 tabindex="-1">${texts.ballotTitle}</h1>
    <p class="lead">${texts.ballotLead}</p>
    <form novalidate autocomplete="off" @submit=${(event: SubmitEvent) => { event.preventDefault(); actions.fill() }}>
      ${questions.map((question, q) => html`
        <section class="card question" aria-labelledby="title-${q}">
          ${questions.length > 1 ? html`<p class="eyebrow">${texts.questionNumber(q + 1, questions.length)}</p>` : ''}
          <div role=${question.kind === 'choose' && question.min === 1 && question.max === 1 ? 'radiogroup' : 'group'} aria-labelledby="title-${q}" aria-describedby="hint-${q} problem-${q}">
            <h2 id="title-${q}" tabindex="-1">${label(question.title)}</h2>
            ${question.context === null ? '' : html`<p class="context">${label(question.context)}</p>`}
            <p class="hint" id="hint-${q}">${hintOf(question, texts)}</p>
            ${questionInput({ question, draft: drafts[q], texts, label, change: (draft) => { actions.change(q, draft) } })}
            <p class="problem" id="problem-${q}">${page.problems[q] ?? ''}</p>
          </div>
        </section>`)}
      ${problems.length === 0 ? '' : html`<div class="notice" role="alert"><p><strong>${texts.problems}</strong></p>
        <ul>${problems.map(({ problem, q }) => html`<li><a href="#title-${q}" @click=${(event: Event) => { jump(event, `title-${q}`) }}>${label(questions[q]!.title)}</a> : ${problem}</li>`)}</ul></div>`}
      <div class="actions"><button class="primary" ?disabled=${page.busy} aria-busy=${page.busy}>${page.busy ? texts.filling : texts.fill}</button></div>
    </form>`
}

/** The address holds the election: it is not to be replaced by a place on the page. */
function jump (event: Event, id: string): void {
  event.preventDefault()
  document.getElementById(id)?.focus()
}

function hintOf (question: Question, texts: Texts): string {
  switch (question.kind) {
    case 'choose': {
      const { min, max } = question
      if (min === max) return max === 1 ? texts.chooseOne : texts.chooseExactly(max)
      return texts.chooseBetween(min, max)
    }
    case 'yes-no': return texts.chooseOne
    case 'score': return texts.scoreHint(question.max)
    case 'cumulative': return texts.pointsHint(question.points, question.perOption)
    case 'quadratic': return texts.creditsHint(question.credits)
    case 'majority-judgment': return texts.gradeHint
  }
}
