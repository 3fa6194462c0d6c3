/** While the sealed ballot is on its way. */
import { html, type TemplateResult } from 'lit'
import type { Texts } from '../texts/texts.ts'
import type { CastingStage, Page } from './booth-state.ts'
import type { PageContext } from './page-context.ts'
import { trackerBox } from './tracker-box.ts'

export function castingPage ({ texts }: PageContext, { tracker, stage }: Extract<Page, { name: 'casting' }>): TemplateResult {
  return html`
    <h1 tabindex="-1">${texts.castingTitle}</h1>
    <div class="card casting"><div class="pulse" aria-hidden="true"></div><p role="status">${stageText(texts, stage)}</p></div>
    <p>${texts.castingKeep}</p>
    ${tracker === undefined ? '' : trackerBox(texts, tracker)}`
}

function stageText (texts: Texts, stage: CastingStage): string {
  switch (stage.at) {
    case 'sealing': return texts.sealing
    case 'pausing': return texts.pausing(stage.seconds)
    case 'sending': return texts.sending(new URL(stage.gateway).host)
    case 'again': return texts.castAgain(stage.seconds)
  }
}
