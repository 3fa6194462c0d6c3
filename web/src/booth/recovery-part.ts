/** The recovery file: made once there is a credential, taken before. */
import { html, type TemplateResult } from 'lit'
import type { BoothState } from './booth-state.ts'
import type { BoothActions, PageContext } from './page-context.ts'

export function saveRecoveryPart ({ texts }: PageContext, { busy, problem }: BoothState['recovery'], actions: BoothActions): TemplateResult {
  return html`<details class="recovery" ?open=${busy || problem !== undefined}>
    <summary>${texts.recoveryTitle}</summary>
    <p>${texts.recoveryText}</p>
    <form novalidate autocomplete="off" @submit=${(event: SubmitEvent) => { event.preventDefault(); actions.saveRecovery(passphraseIn(event)) }}>
      ${passphraseField(texts, problem)}
      <button class="secondary" ?disabled=${busy} aria-busy=${busy}>${busy ? texts.makingRecovery : texts.saveRecovery}</button>
    </form>
  </details>`
}

export function recoverPart ({ texts }: PageContext, { busy, problem }: BoothState['recovery'], actions: BoothActions): TemplateResult {
  return html`<section class="card">
    <h2 id="recover-title" tabindex="-1">${texts.recoverTitle}</h2>
    <p>${texts.recoveryText}</p>
    <form novalidate autocomplete="off" @submit=${(event: SubmitEvent) => {
      event.preventDefault()
      const file = new FormData(event.target as HTMLFormElement).get('file')
      actions.recover(file instanceof File && file.size > 0 ? file : undefined, passphraseIn(event))
    }}>
      <label for="recovery-file">${texts.recoveryFile}</label>
      <input id="recovery-file" name="file" type="file" accept=".json,application/json">
      ${passphraseField(texts, problem)}
      <button class="secondary" ?disabled=${busy} aria-busy=${busy}>${busy ? texts.makingRecovery : texts.recover}</button>
    </form>
  </section>`
}

function passphraseField (texts: PageContext['texts'], problem: string | undefined): TemplateResult {
  return html`<label for="passphrase">${texts.passphrase}</label>
    <input id="passphrase" name="passphrase" type="password" autocomplete="off" aria-describedby="passphrase-problem" aria-invalid=${problem !== undefined}>
    <p class="problem" id="passphrase-problem" role="alert">${problem ?? ''}</p>`
}

function passphraseIn (event: SubmitEvent): string {
  const value = new FormData(event.target as HTMLFormElement).get('passphrase')
  return typeof value === 'string' ? value : ''
}
