/** The proof of vote: that the ballot is in the box, never what it says. */
import { html, type TemplateResult } from 'lit'
import { qrImage } from '../qr-image.ts'
import { saveFile } from '../save-file.ts'
import type { Page } from './booth-state.ts'
import type { BoothActions, PageContext } from './page-context.ts'
import { trackerBox } from './tracker-box.ts'

export function votedPage ({ texts, label, view }: PageContext, { receipt, gateway }: Extract<Page, { name: 'voted' }>, actions: BoothActions): TemplateResult {
  const members = [...new Set(receipt.statements.map(({ mspId }) => mspId))]
  return html`
    <h1 tabindex="-1" class="voted"><span class="stamp" aria-hidden="true">✓</span>${texts.votedTitle}</h1>
    <p class="lead no-print">${texts.votedLead}</p>
    <section class="card proof">
      <div class="proof-text">
        <h2>${texts.proofTitle}</h2>
        <p class="proof-election">${label(view.definition.title)}</p>
        <dl class="facts">
          <dt>${texts.block}</dt><dd>${receipt.blockNumber}</dd>
          <dt>${texts.signedBy}</dt><dd>${members.join(', ')}</dd>
          <dt>${texts.castThrough}</dt><dd>${new URL(gateway).host}</dd>
          <dt>${texts.election}</dt><dd class="mono">${view.id.slice(0, 16)}…</dd>
        </dl>
      </div>
      ${qrImage(proofLink(view.id, receipt.tracker), texts.qrProof)}
      <p class="hint">${texts.proofText}</p>
    </section>
    ${trackerBox(texts, receipt.tracker)}
    <div class="actions no-print">
      <button type="button" class="primary" @click=${() => { print() }}>${texts.print}</button>
      <button type="button" class="secondary" @click=${() => { saveFile(`scrutin-proof-${receipt.tracker.slice(0, 8)}.json`, `${JSON.stringify(receipt, undefined, 2)}\n`) }}>${texts.saveProof}</button>
      <a href=${proofLink(view.id, receipt.tracker)} target="_blank" rel="noopener noreferrer">${texts.toProof}</a>
    </div>
    <section class="forget no-print">
      <p>${texts.forgetText}</p>
      <button type="button" class="link" @click=${actions.forget}>${texts.forget}</button>
    </section>`
}

/** Where the proof is looked up; what follows the # is sent to no server. */
function proofLink (electionId: string, tracker: string): string {
  return new URL(`proof.html#election=${electionId}&tracker=${tracker}`, document.baseURI).href
}
