/** A tracker as people compare it: in groups of four. */
import { html, type TemplateResult } from 'lit'
import type { Texts } from '../texts/texts.ts'

export function trackerBox (texts: Texts, tracker: string): TemplateResult {
  return html`<section class="card tracker">
    <h2>${texts.trackerTitle}</h2>
    <p class="tracker-text" data-tracker=${tracker}>${grouped(tracker)}</p>
    <p class="hint">${texts.trackerHint}</p>
  </section>`
}

function grouped (tracker: string): TemplateResult[] {
  return (tracker.match(/.{1,4}/g) ?? []).map((group) => html`<span>${group}</span> `)
}
