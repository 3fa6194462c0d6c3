/** A real Chromium, found on the machine, with a profile of its own: for the tests and the benchmark. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** `SCRUTIN_CHROMIUM`, or the first that is on the path; undefined without any. */
export function findChromium (): string | undefined {
  const given = process.env['SCRUTIN_CHROMIUM']
  const places = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...given === undefined ? [] : [given], ...names.flatMap((name) => places.map((folder) => join(folder, name)))].find((program) => {
    try {
      accessSync(program, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Playwright gives it a new folder as profile, and removes it. Nothing of it calls home. */
export async function openBrowser (): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('there is no Chromium: install it, or set SCRUTIN_CHROMIUM')
  return await chromium.launch({
    executablePath,
    headless: true,
    // as root, Chromium starts without its sandbox only
    args: [...process.getuid?.() === 0 ? ['--no-sandbox'] : [], '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}
