/** Pages in a browser, and what should never happen on one. */
import type { BrowserContextOptions, Page } from 'playwright-core'

export const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }
export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }

/** Collects what should never happen on a page: an error that nobody caught, or something the Content-Security-Policy refused. */
export function collectComplaints (page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => { complaints.push(error.message) })
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text()) })
}
