/** The proof of vote looked up: from a link, a file or a typed tracker, at any member; what is shown is computed here, and never a choice. */
import { html, type PropertyValues, type TemplateResult } from 'lit'
import type { TrackedBallot } from '../../../voter/src/verify-tracker.ts'
import { PageElement } from '../page-element.ts'
import { explainError, firstLanguage, keepLanguage, type Language, localized, textsOf } from '../texts/texts.ts'
import { topBar } from '../top-bar.ts'
import { BoothClient, BoothError } from '../worker/booth-client.ts'
import type { ElectionView } from '../worker/calls.ts'

interface Answer { readonly tracker: string, readonly member: string, readonly found: TrackedBallot }

/** Longer files are no proofs. */
const mostFileBytes = 200_000

export class ScrutinProof extends PageElement {
  #language: Language = firstLanguage()
  #view: ElectionView | undefined
  #busy = true
  #problem: 'trackerWrong' | 'proofFileWrong' | undefined
  #failure: string | undefined
  #answer: Answer | undefined
  readonly #worker = new BoothClient(new Worker(new URL('../worker/booth-worker.ts', import.meta.url), { type: 'module', name: 'scrutin' }), () => {})

  protected override async meet (given: URLSearchParams): Promise<void> {
    await this.#working(async () => {
      this.#view = await this.#worker.call('meet', document.baseURI, given.get('election') ?? undefined)
      const tracker = given.get('tracker')
      if (tracker !== null) await this.#lookUp(tracker, this.#view.gateways.at(-1)!.url)
    })
  }

  async #submit (event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const textIn = (name: string): string => {
      const value = form.get(name)
      return typeof value === 'string' ? value : ''
    }
    const file = form.get('file')
    await this.#working(async () => {
      const tracker = file instanceof File && file.size > 0 ? await this.#trackerIn(file) : textIn('tracker')
      if (tracker !== undefined) await this.#lookUp(tracker, textIn('gateway'))
    })
  }

  async #trackerIn (file: File): Promise<string | undefined> {
    try {
      const value: unknown = file.size > mostFileBytes ? undefined : JSON.parse(await file.text())
      if (typeof value === 'object' && value !== null && 'electionId' in value && value.electionId === this.#view?.id && 'tracker' in value && typeof value.tracker === 'string') return value.tracker
    } catch {
      // said below
    }
    this.#problem = 'proofFileWrong'
    return undefined
  }

  async #lookUp (text: string, gatewayUrl: string): Promise<void> {
    const tracker = text.toLowerCase().replaceAll(/\s/g, '')
    if (!/^[0-9a-f]{64}$/.test(tracker)) {
      this.#problem = 'trackerWrong'
      return
    }
    const member = this.#view!.gateways.find(({ url }) => url === gatewayUrl)!.mspId
    this.#answer = { tracker, member, found: await this.#worker.call('lookUp', tracker, gatewayUrl) }
  }

  async #working (work: () => Promise<void>): Promise<void> {
    this.#busy = true
    this.#problem = this.#failure = this.#answer = undefined
    this.requestUpdate()
    try {
      await work()
    } catch (error) {
      this.#failure = error instanceof BoothError ? error.code : 'failed'
    }
    this.#busy = false
    this.requestUpdate()
  }

  protected override updated (_changed: PropertyValues): void {
    document.documentElement.lang = this.#language
    document.title = `${textsOf[this.#language].proofPage} · Scrutin`
  }

  protected override render (): TemplateResult {
    const texts = textsOf[this.#language]
    const view = this.#view
    return html`
      ${topBar(texts.proofPage, this.#language, (language) => {
        this.#language = language
        keepLanguage(language)
        this.requestUpdate()
      })}
      ${view === undefined ? '' : html`<section class="election" aria-label=${texts.election}><p class="election-title">${localized(view.definition, this.#language)(view.definition.title)}</p></section>`}
      <main id="content">
        <h1 tabindex="-1">${texts.lookUpTitle}</h1>
        <p class="lead">${texts.lookUpLead}</p>
        ${view === undefined ? '' : this.#form(view)}
        <div aria-live="polite">
          ${this.#busy ? html`<p class="status">${view === undefined ? texts.loading : texts.lookingUp}</p>` : ''}
          ${this.#failure === undefined ? '' : html`<div class="notice"><p><strong>${explainError(texts, this.#failure)}</strong></p><p class="aside">${texts.errorCode(this.#failure)}</p></div>`}
          ${this.#answer === undefined ? '' : this.#answered(this.#answer)}
        </div>
      </main>
      <footer><p>${texts.footer}</p></footer>`
  }

  #form ({ gateways }: ElectionView): TemplateResult {
    const texts = textsOf[this.#language]
    const problem = this.#problem === undefined ? undefined : texts[this.#problem]
    const given = new URLSearchParams(location.hash.slice(1)).get('tracker') ?? ''
    return html`<form class="card" novalidate autocomplete="off" @submit=${(event: SubmitEvent) => { void this.#submit(event) }}>
      <label for="tracker">${texts.trackerField}</label>
      <input id="tracker" name="tracker" class="mono" type="text" spellcheck="false" autocomplete="off" maxlength="100" value=${given} aria-describedby="tracker-problem" aria-invalid=${problem !== undefined}>
      <p class="problem" id="tracker-problem" role="alert">${problem ?? ''}</p>
      <label class="apart" for="proof-file">${texts.proofFile}</label>
      <input id="proof-file" name="file" type="file" accept=".json,application/json">
      <label class="apart" for="gateway">${texts.askedMember}</label>
      <select id="gateway" name="gateway">${gateways.map(({ mspId, url }, i) => html`<option value=${url} ?selected=${i === gateways.length - 1}>${mspId} (${new URL(url).host})</option>`)}</select>
      <div class="actions"><button class="primary" ?disabled=${this.#busy} aria-busy=${this.#busy}>${texts.lookUp}</button></div>
    </form>`
  }

  #answered ({ tracker, member, found }: Answer): TemplateResult {
    const texts = textsOf[this.#language]
    const { standing, among, blockNumber } = found
    if (standing === 'absent') {
      return html`<section class="notice" data-standing="absent"><p><strong>${texts.absent}</strong></p><p>${texts.absentHint}</p><p class="aside">${member} · ${tracker.slice(0, 16)}…</p></section>`
    }
    return html`<section class="card proof-answer" data-standing=${standing}>
      <p class="answer"><span class="stamp" aria-hidden="true">✓</span><strong>${standing === 'counted' ? texts.counted : texts.found}</strong></p>
      <p>${texts.foundFacts(blockNumber ?? '')}</p>
      ${among > 1 ? html`<p class="hint">${texts.among(among)}</p>` : ''}
      <p class="aside">${member} · ${tracker.slice(0, 16)}…</p>
    </section>`
  }
}
