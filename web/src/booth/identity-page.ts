/** Who votes: every registrar of the election, one after the other, and why there are several. */
import { html, type TemplateResult } from 'lit'
import type { RegistrarView } from '../worker/calls.ts'
import type { Page } from './booth-state.ts'
import type { BoothActions, PageContext } from './page-context.ts'

type IdentityPage = Extract<Page, { name: 'identity' }>

export function identityPage ({ texts, view }: PageContext, page: IdentityPage, actions: BoothActions): TemplateResult {
  const { registrars } = view
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    actions.identify(registrars.map((_, i) => form.get(`code-${i}`)).map((value) => typeof value === 'string' ? value : ''))
  }
  return html`
    <h1 tabindex="-1">${texts.identityTitle}</h1>
    <p class="lead">${texts.identityLead(registrars.length)}</p>
    <details class="why"><summary>${texts.whyTwo}</summary><p>${texts.whyTwoText}</p></details>
    <form novalidate @submit=${submit} autocomplete="off">
      ${registrars.map((registrar, i) => registrarCard(texts, registrar, i, registrars.length, page))}
      ${page.waiting === undefined ? '' : html`<p class="status" role="status">${texts.waiting(page.waiting)}</p>`}
      <div class="actions">
        <button class="primary" ?disabled=${page.busy} aria-busy=${page.busy}>${page.busy ? texts.identifying : texts.identify}</button>
        <button type="button" class="link" @click=${actions.showRecovery}>${texts.recoverLink}</button>
      </div>
    </form>`
}

function registrarCard (texts: PageContext['texts'], registrar: RegistrarView, index: number, of: number, { signed, problems, busy }: IdentityPage): TemplateResult {
  const problem = problems[index]
  const done = signed[index] === true
  const id = `code-${index}`
  return html`<fieldset class="card registrar ${done ? 'done' : ''}">
    <legend>${texts.registrarNumber(index + 1, of)} <span class="aside">${texts.registrarBy(registrar.mspId)}${done ? html` · ${texts.registrarDone}` : ''}</span></legend>
    ${done ? html`<p class="check-mark" aria-hidden="true">✓</p>` : registrar.way === 'code'
      ? html`
        <label for=${id}>${texts.code}</label>
        <input id=${id} name=${id} class="code" type="text" spellcheck="false" autocapitalize="characters" autocomplete="off" maxlength="64" ?readonly=${busy}
          aria-describedby="${id}-hint ${id}-problem" aria-invalid=${problem !== undefined}>
        <p class="hint" id="${id}-hint">${texts.codeHint}</p>
        <p class="problem" id="${id}-problem">${problem ?? ''}</p>`
      : html`<p class="problem">${texts.wayUnknown}</p>`}
  </fieldset>`
}
