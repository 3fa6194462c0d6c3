/** What a person does in the booth, step by step, in any of its languages. */
import type { Page } from 'playwright-core'
import { type Language, textsOf } from '../../src/texts/texts.ts'

export class BoothVoter {
  readonly page: Page
  readonly texts: typeof textsOf[Language]

  constructor (page: Page, language: Language) {
    this.page = page
    this.texts = textsOf[language]
    page.setDefaultTimeout(20_000)
  }

  async arrive (address: string): Promise<void> {
    await this.page.goto(address)
    await this.heading(this.texts.identityTitle)
  }

  async identify (codes: readonly string[]): Promise<void> {
    for (const [i, code] of codes.entries()) await this.page.locator(`#code-${i}`).fill(code)
    await this.press(this.texts.identify)
    await this.heading(this.texts.ballotTitle)
  }

  /** @returns the tracker */
  async encrypt (): Promise<string> {
    await this.press(this.texts.fill)
    await this.heading(this.texts.reviewTitle)
    return await this.tracker()
  }

  async heading (name: string): Promise<void> {
    await this.page.getByRole('heading', { name, exact: true, level: 1 }).waitFor()
  }

  async press (name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click()
  }

  async tracker (): Promise<string> {
    const tracker = await this.page.locator('[data-tracker]').getAttribute('data-tracker')
    if (tracker === null) throw new Error('no tracker is shown')
    return tracker
  }

  /** Until the pause before casting is shown. */
  async pausing (): Promise<void> {
    await this.page.getByText(this.texts.pausing(0).split('0')[0]!).waitFor()
  }

  async voted (): Promise<string> {
    await this.heading(this.texts.votedTitle)
    return await this.tracker()
  }
}
