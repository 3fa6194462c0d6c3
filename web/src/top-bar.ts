/** What stands at the top of every page: whose it is, and its languages. */
import { html, type TemplateResult } from 'lit'
import { type Language, languages, textsOf } from './texts/texts.ts'

export function topBar (page: string, spoken: Language, speak: (language: Language) => void): TemplateResult {
  return html`<header class="top no-print">
    <p class="brand"><span class="mark" aria-hidden="true"></span>Scrutin <span>${page}</span></p>
    <nav aria-label=${textsOf[spoken].languages}>${languages.map((language) => html`
      <button type="button" lang=${language} aria-pressed=${language === spoken} title=${textsOf[language].language} @click=${() => { speak(language) }}>${language.toUpperCase()}</button>`)}
    </nav>
  </header>`
}
