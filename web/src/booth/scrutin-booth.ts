/** The booth: one element that leads through the pages. It shows and asks; keys, encryption and sending are the worker's. */
import { html, type PropertyValues, type TemplateResult } from 'lit'
import { answerOf, type Draft, problemOf } from '../inputs/drafts.ts'
import { PageElement } from '../page-element.ts'
import { saveFile } from '../save-file.ts'
import { explainError, firstLanguage, formatMoment, keepLanguage, type Language, localized, textsOf } from '../texts/texts.ts'
import { topBar } from '../top-bar.ts'
import { BoothClient, BoothError } from '../worker/booth-client.ts'
import type { BoothEvent, Failure, Standing } from '../worker/calls.ts'
import { ballotPage } from './ballot-page.ts'
import { type BoothState, type CastingStage, type Page, stepOf } from './booth-state.ts'
import { castingPage } from './casting-page.ts'
import { forgetDrafts, keepDrafts, keptDrafts } from './draft-store.ts'
import { identityPage } from './identity-page.ts'
import type { BoothActions, PageContext } from './page-context.ts'
import { recoverPart, saveRecoveryPart } from './recovery-part.ts'
import { openedPage, reviewPage } from './review-page.ts'
import { votedPage } from './voted-page.ts'

/** Without a receipt the same ballot is sent again after so many seconds, or when the connection is back. */
const againSeconds = 10

const noRecovery: BoothState['recovery'] = { open: false, busy: false, problem: undefined }

export class ScrutinBooth extends PageElement {
  #state: BoothState = { page: { name: 'loading' }, view: undefined, drafts: [], failure: undefined, recovery: noRecovery }
  #language: Language = firstLanguage()
  #shown: string | undefined
  readonly #worker = new BoothClient(new Worker(new URL('../worker/booth-worker.ts', import.meta.url), { type: 'module', name: 'scrutin' }), (event) => { this.#onEvent(event) })

  readonly #actions: BoothActions = {
    identify: (codes) => { void this.#identify(codes) },
    change: (question, draft) => { this.#change(question, draft) },
    fill: () => { void this.#fill() },
    backToBallot: () => { this.#go(ballotPageOf(this.#state)) },
    check: () => { void this.#check() },
    cast: () => { void this.#cast() },
    forget: () => { void this.#forget() },
    showRecovery: () => {
      this.#set({ recovery: { ...noRecovery, open: true } })
      void this.updateComplete.then(() => { document.getElementById('recover-title')?.focus() })
    },
    saveRecovery: (passphrase) => { void this.#saveRecovery(passphrase) },
    recover: (file, passphrase) => { void this.#recover(file, passphrase) },
  }

  protected override async meet (address: URLSearchParams): Promise<void> {
    this.#go({ name: 'loading' })
    try {
      const electionId = address.get('election') ?? undefined
      const view = await this.#worker.call('meet', document.baseURI, electionId)
      this.#set({ view, drafts: keptDrafts(view.id, view.definition.questions.length) })
      this.#goOn(view.standing)
    } catch (error) {
      this.#go({ name: 'failed', failure: failureOf(error) })
    }
  }

  /** To where the device stands. */
  #goOn (standing: Standing): void {
    const { view } = this.#state
    if (standing.step === 'voted') return this.#go({ name: 'voted', receipt: standing.receipt, gateway: standing.gateway, fresh: false })
    if (standing.step === 'sealed') {
      void this.#send(standing.tracker)
      return
    }
    const isOver = view !== undefined && !['announced', 'keyed', 'open'].includes(view.status)
    if (isOver) return this.#go({ name: 'shut', why: 'closed' })
    if (standing.step === 'identity') return this.#go({ name: 'identity', signed: standing.signed, problems: [], busy: false })
    this.#go(view?.status === 'open' ? ballotPageOf(this.#state) : { name: 'shut', why: 'not-open' })
  }

  async #identify (codes: readonly string[]): Promise<void> {
    const { page, view } = this.#state
    if (page.name !== 'identity' || page.busy || view === undefined) return
    const texts = textsOf[this.#language]
    const asked = view.registrars.map((_, i) => page.signed[i] !== true)
    const missing = codes.map((code, i) => asked[i] === true && code.trim() === '' ? texts.codeMissing : undefined)
    if (missing.some((problem) => problem !== undefined)) return this.#showProblems({ ...page, problems: missing }, 'code-')
    this.#go({ ...page, problems: [], busy: true })
    const answers = await Promise.allSettled(codes.map(async (code, i) => { if (asked[i] === true) await this.#worker.call('identify', i, code.trim()) }))
    const failures = answers.map((answer) => answer.status === 'rejected' ? failureOf(answer.reason) : undefined)
    const problems = failures.map((failure) => failure === undefined ? undefined : codeProblem(texts, failure))
    if (failures.some((failure) => failure !== undefined)) return this.#showProblems({ ...page, problems, busy: false }, 'code-')
    try {
      const questions = await this.#worker.call('obtain', codes.map((code) => code.trim()))
      const { view } = this.#state
      if (view !== undefined) this.#set({ view: { ...view, definition: { ...view.definition, questions: [...questions] } } })
      this.#goOn({ step: 'ballot' })
    } catch (error) {
      const standing = await this.#standing()
      this.#go({ ...page, signed: standing?.step === 'identity' ? standing.signed : page.signed, problems: [], busy: false }, failureOf(error))
    }
  }

  /** As far as it can be read again. */
  async #standing (): Promise<Standing | undefined> {
    try {
      return (await this.#worker.call('meet', document.baseURI, this.#state.view?.id)).standing
    } catch {
      return undefined
    }
  }

  #change (question: number, draft: Draft): void {
    const { page, view } = this.#state
    if (page.name !== 'ballot' || page.busy || view === undefined) return
    const drafts = this.#state.drafts.map((before, q) => q === question ? draft : before)
    keepDrafts(view.id, drafts)
    const texts = textsOf[this.#language]
    // what was said of a question goes once it is answered, and no new reproach comes while someone is still at it
    const problems = page.problems.map((problem, q) => problem !== undefined && q === question ? problemOf(view.definition.questions[q]!, draft, texts) : problem)
    this.#set({ drafts, page: { ...page, problems } })
  }

  async #fill (): Promise<void> {
    const { page, view, drafts } = this.#state
    if (view === undefined || (page.name === 'ballot' && page.busy)) return
    const texts = textsOf[this.#language]
    const { questions } = view.definition
    const answers = questions.map((question, q) => answerOf(question, drafts[q]))
    const problems = questions.map((question, q) => problemOf(question, answers[q], texts))
    if (problems.some((problem) => problem !== undefined)) return this.#showProblems({ name: 'ballot', problems, busy: false }, 'title-')
    this.#go({ name: 'ballot', problems: [], busy: true })
    try {
      const { tracker } = await this.#worker.call('fill', answers.flatMap((answer) => answer ?? []))
      this.#go({ name: 'review', tracker, busy: false })
    } catch (error) {
      this.#go({ name: 'ballot', problems: [], busy: false }, failureOf(error))
    }
  }

  async #check (): Promise<void> {
    const { page } = this.#state
    if (page.name !== 'review' || page.busy) return
    this.#go({ ...page, busy: true })
    try {
      this.#go({ name: 'opened', file: await this.#worker.call('open') })
    } catch (error) {
      this.#go(ballotPageOf(this.#state), failureOf(error))
    }
  }

  async #cast (): Promise<void> {
    const { page, view } = this.#state
    if (page.name !== 'review' || page.busy || view === undefined) return
    this.#go({ name: 'casting', tracker: page.tracker, stage: { at: 'sealing' } })
    let tracker: string
    try {
      // gone before the ballot is signed: sealed, nothing on this device says any more what was chosen
      forgetDrafts(view.id)
      tracker = (await this.#worker.call('seal')).tracker
    } catch (error) {
      keepDrafts(view.id, this.#state.drafts)
      return this.#go(ballotPageOf(this.#state), failureOf(error))
    }
    this.#set({ drafts: view.definition.questions.map(() => undefined) })
    await this.#send(tracker)
  }

  /** Until there is a receipt, or a refusal that is believed. */
  async #send (tracker: string): Promise<void> {
    this.#go({ name: 'casting', tracker, stage: { at: 'sealing' } })
    for (;;) {
      try {
        const { receipt, gateway } = await this.#worker.call('cast')
        return this.#go({ name: 'voted', receipt, gateway, fresh: true })
      } catch (error) {
        const failure = failureOf(error)
        if (failure.code !== 'receipt.missing') return this.#go({ name: 'failed', failure })
        await this.#waitForAgain()
      }
    }
  }

  async #waitForAgain (): Promise<void> {
    for (let seconds = againSeconds; seconds > 0; seconds--) {
      this.#stage({ at: 'again', seconds })
      const isBack = await new Promise<boolean>((resolve) => {
        const back = (): void => { resolve(true) }
        addEventListener('online', back, { once: true })
        setTimeout(() => { removeEventListener('online', back); resolve(false) }, 1000)
      })
      if (isBack) return
    }
  }

  async #forget (): Promise<void> {
    await this.#worker.call('forget')
    this.#go({ name: 'forgotten' })
  }

  async #saveRecovery (passphrase: string): Promise<void> {
    const { view } = this.#state
    const texts = textsOf[this.#language]
    if (view === undefined || this.#state.recovery.busy) return
    if ([...passphrase].length < 8) return this.#set({ recovery: { ...noRecovery, problem: texts.passphraseShort } })
    this.#set({ recovery: { ...noRecovery, busy: true } })
    try {
      saveFile(`scrutin-recovery-${view.id.slice(0, 8)}.json`, await this.#worker.call('recoveryFile', passphrase))
      this.#set({ recovery: noRecovery })
    } catch (error) {
      this.#set({ recovery: { ...noRecovery, problem: explainError(texts, failureOf(error).code) } })
    }
  }

  async #recover (file: File | undefined, passphrase: string): Promise<void> {
    const texts = textsOf[this.#language]
    const open = { open: true, busy: false, problem: undefined }
    if (this.#state.recovery.busy) return
    if (file === undefined) return this.#set({ recovery: { ...open, problem: texts.recoveryFileMissing } })
    this.#set({ recovery: { ...open, busy: true } })
    try {
      const standing = await this.#worker.call('recover', await file.text(), passphrase)
      this.#set({ recovery: noRecovery })
      this.#goOn(standing)
    } catch (error) {
      this.#set({ recovery: { ...open, problem: explainError(texts, failureOf(error).code) } })
    }
  }

  #onEvent (event: BoothEvent): void {
    const { page } = this.#state
    switch (event.event) {
      case 'waiting':
        if (page.name === 'identity') this.#set({ page: { ...page, waiting: event.seconds } })
        return
      case 'pausing':
        void this.#countDown(Math.ceil(event.seconds))
        return
      case 'attempt': return this.#stage({ at: 'sending', gateway: event.gateway })
    }
  }

  async #countDown (from: number): Promise<void> {
    const first: CastingStage = { at: 'pausing', seconds: from }
    this.#stage(first)
    for (let seconds = from - 1; seconds > 0; seconds--) {
      await new Promise((resolve) => { setTimeout(resolve, 1000) })
      const { page } = this.#state
      if (page.name !== 'casting' || page.stage.at !== 'pausing') return
      this.#stage({ at: 'pausing', seconds })
    }
  }

  #stage (stage: CastingStage): void {
    const { page } = this.#state
    if (page.name === 'casting') this.#set({ page: { ...page, stage } })
  }

  #showProblems (page: Page & { readonly problems: readonly (string | undefined)[] }, place: string): void {
    this.#go(page)
    const first = page.problems.findIndex((problem) => problem !== undefined)
    void this.updateComplete.then(() => { document.getElementById(`${place}${first}`)?.focus() })
  }

  #go (page: Page, failure?: Failure): void {
    this.#set({ page, failure })
  }

  #set (change: Partial<BoothState>): void {
    this.#state = { ...this.#state, ...change }
    this.requestUpdate()
  }

  #speak (language: Language): void {
    this.#language = language
    keepLanguage(language)
    this.requestUpdate()
  }

  protected override updated (_changed: PropertyValues): void {
    const { page, view } = this.#state
    const texts = textsOf[this.#language]
    document.documentElement.lang = this.#language
    document.title = [view === undefined ? undefined : localized(view.definition, this.#language)(view.definition.title), texts.booth].filter(Boolean).join(' · ')
    // who does not see the page is told of the next one by its heading
    if (this.#shown !== undefined && this.#shown !== page.name) {
      scrollTo(0, 0)
      this.querySelector<HTMLElement>('h1')?.focus()
    }
    this.#shown = page.name
  }

  protected override render (): TemplateResult {
    const { page, view } = this.#state
    const texts = textsOf[this.#language]
    const step = stepOf(page)
    return html`
      <a class="skip" href="#content" @click=${(event: Event) => { event.preventDefault(); this.querySelector<HTMLElement>('h1')?.focus() }}>${texts.skip}</a>
      ${topBar(texts.booth, this.#language, (language) => { this.#speak(language) })}
      ${view === undefined ? '' : html`<section class="election no-print" aria-label=${texts.election}>
        <p class="election-title">${localized(view.definition, this.#language)(view.definition.title)}</p>
        <p class="aside">${texts.closes(formatMoment(view.definition.closesAt, this.#language))}</p>
      </section>`}
      ${step === undefined ? '' : this.#progress(step)}
      <main id="content">
        ${this.#state.failure === undefined ? '' : this.#failure(this.#state.failure)}
        ${this.#page()}
      </main>
      <footer class="no-print"><p>${texts.footer}</p></footer>`
  }

  #progress (step: number): TemplateResult {
    const texts = textsOf[this.#language]
    const names = [texts.stepIdentity, texts.stepBallot, texts.stepCast, texts.stepVoted]
    return html`<nav class="progress no-print" aria-label=${texts.steps}>
      <ol>${names.map((name, i) => html`<li class=${i < step ? 'done' : i === step ? 'now' : ''} aria-current=${i === step ? 'step' : 'false'}>
        <span class="dot" aria-hidden="true">${i < step || step === names.length - 1 ? '✓' : i + 1}</span>
        <span class="name">${name}${i < step ? html`<span class="hidden">, ${texts.stepDone}</span>` : ''}</span></li>`)}
      </ol>
    </nav>`
  }

  #page (): TemplateResult {
    const { page, view, drafts, recovery } = this.#state
    const texts = textsOf[this.#language]
    if (page.name === 'loading') return html`<h1 tabindex="-1">${texts.loading}</h1><p class="lead">${texts.loadingText}</p><div class="pulse" aria-hidden="true"></div>`
    if (page.name === 'failed' || view === undefined) {
      return html`<h1 tabindex="-1">${texts.errorTitle}</h1>${page.name === 'failed' ? this.#failure(page.failure) : ''}
        <div class="actions"><button type="button" class="primary" @click=${this.meetNamed}>${texts.retry}</button></div>`
    }
    const context: PageContext = { texts, language: this.#language, label: localized(view.definition, this.#language), view }
    switch (page.name) {
      case 'identity': return html`${identityPage(context, page, this.#actions)}${recovery.open ? recoverPart(context, recovery, this.#actions) : ''}`
      case 'ballot': return html`${ballotPage(context, page, drafts, this.#actions)}${saveRecoveryPart(context, recovery, this.#actions)}`
      case 'review': return reviewPage(context, page, drafts, this.#actions)
      case 'opened': return openedPage(context, page, drafts, this.#actions)
      case 'casting': return castingPage(context, page)
      case 'voted': return votedPage(context, page, this.#actions)
      case 'forgotten': return html`<h1 tabindex="-1">${texts.forgotten}</h1>`
      case 'shut': return page.why === 'closed'
        ? html`<h1 tabindex="-1">${texts.closed}</h1><p class="lead">${texts.closedText}</p>`
        : html`<h1 tabindex="-1">${texts.notOpen}</h1><p class="lead">${texts.notOpenText}</p>${saveRecoveryPart(context, recovery, this.#actions)}`
    }
  }

  #failure ({ code }: Failure): TemplateResult {
    const texts = textsOf[this.#language]
    return html`<div class="notice" role="alert"><p><strong>${explainError(texts, code)}</strong></p><p class="aside">${texts.errorCode(code)}</p></div>`
  }
}

function ballotPageOf ({ view }: BoothState): Page {
  return { name: 'ballot', problems: view?.definition.questions.map(() => undefined) ?? [], busy: false }
}

function failureOf (error: unknown): Failure {
  return error instanceof BoothError ? { code: error.code, detail: error.detail } : { code: 'failed', detail: undefined }
}

function codeProblem (texts: typeof textsOf[Language], { code }: Failure): string {
  if (code === 'input.malformed') return texts.codeMistyped
  return code === 'access.unauthenticated' ? texts.codeWrong : explainError(texts, code)
}
