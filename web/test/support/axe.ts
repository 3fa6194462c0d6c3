/** What axe-core finds wrong with a page: the rules of WCAG 2.2 at the levels A and AA, and its best practices. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Result { readonly violations: readonly { readonly id: string, readonly help: string, readonly nodes: readonly { readonly html: string, readonly failureSummary?: string }[] }[] }

export async function violationsOf (page: Page): Promise<string[]> {
  // by the browser's own tools, which the Content-Security-Policy does not bind
  await page.evaluate(source)
  const { violations } = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })') as Result
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`).join(' | ')}`)
}

/** Whether something is wider than the page: then one has to scroll in two directions. */
export async function isTooWide (page: Page): Promise<boolean> {
  return await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth') as boolean
}
