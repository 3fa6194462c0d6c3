/** A voter's whole way in a real browser, and what must not be lost, doubled or told on it. */
import { join } from 'node:path'
import t from 'tap'
import type { BrowserContext } from 'playwright-core'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { GatewayClient } from '../../voter/src/gateway-client.ts'
import { readVerifiedElection } from '../../voter/src/verified-election.ts'
import { verifyTracker } from '../../voter/src/verify-tracker.ts'
import { openBrowser } from '../host/open-browser.ts'
import { BoothVoter } from './support/booth-voter.ts'
import { openBooth } from './support/booth-scene.ts'
import { collectComplaints, desktop } from './support/browser.ts'
import { recordRequests } from './support/recorded-requests.ts'

t.test('a voter in the booth', async (t) => {
  const scene = await openBooth({ folder: t.testdir(), voters: 5, changes: { questions: [sampleQuestion('president', 3, { min: 1, max: 1, blank: true })] } })
  t.teardown(scene.close)
  const browser = await openBrowser()
  t.teardown(async () => { await browser.close() })
  const { id } = scene.open.election
  const gateways = scene.open.gateways.map((url) => new GatewayClient(url))
  const standingOf = async (tracker: string): Promise<string> => (await verifyTracker(gateways[0]!, await readVerifiedElection(gateways[0]!, id), tracker)).standing
  const ballots = async (): Promise<number> => (await gateways[0]!.readTurnout(id)).ballots
  const complaints: string[] = []
  const enter = async (language: 'fr' | 'en' | 'es', context?: BrowserContext): Promise<BoothVoter> => {
    const page = await (context ?? await browser.newContext({ ...desktop, locale: language })).newPage()
    collectComplaints(page, complaints)
    return new BoothVoter(page, language)
  }
  const choose = async ({ page }: BoothVoter, option: string): Promise<void> => { await page.getByRole('radio', { name: option }).check() }

  await t.test('goes from codes to a receipt, and tells gateways nothing that another voter would not', async (t) => {
    const hosts = new Set(scene.open.gateways.map((url) => new URL(url).host))
    const go = async (language: 'fr' | 'es', person: string, option: string) => {
      const record = recordRequests()
      const voter = await enter(language)
      await voter.arrive(scene.address)
      await voter.identify(scene.open.codes(person))
      await choose(voter, option)
      const tracker = await voter.encrypt()
      await voter.press(voter.texts.cast)
      await voter.pausing()
      t.equal(await voter.voted(), tracker)
      t.equal(await standingOf(tracker), 'recorded')
      record.stop()
      await voter.page.context().close()
      // what this test itself asks, it asks as Node
      return { tracker, requests: record.requests().filter(({ host, headers }) => hosts.has(host) && headers.some((value) => value.includes('Chrome'))) }
    }
    const first = await go('fr', '1', 'option 2')
    const second = await go('es', '2', 'option 3')
    const told = ({ tracker, requests }: typeof first) => requests.map(({ method, url, host, headers }) => JSON.stringify({ method, url: url.replace(tracker, 'TRACKER'), host, headers })).sort()
    t.ok(first.requests.length >= 4)
    t.same(told(second), told(first), 'every address and header is the same')
    for (const { requests } of [first, second]) {
      const bodies = requests.filter(({ body }) => body.length > 0)
      t.equal(bodies.length, 1, 'one body is sent, the ballot')
      t.match(bodies[0], { method: 'POST', url: `/v1/elections/${id}/ballots` })
      const all = requests.map(({ url, headers, body }) => `${url} ${headers.join(' ')} ${body.toString('latin1')}`).join(' ')
      for (const code of [...scene.open.codes('1'), ...scene.open.codes('2')]) t.notOk(all.includes(code))
      t.notMatch(all, /cookie|referer|authorization|if-none-match/i)
      // the browser asks beforehand whether it may send a ballot (OPTIONS), in a way that no page has a say in: README.md
      const own = requests.filter(({ method }) => method !== 'OPTIONS')
      t.ok(own.every(({ headers }) => headers.some((name, i) => name.toLowerCase() === 'accept-language' && headers[i + 1] === '*')), 'the language of the voter is not told')
    }
  })

  await t.test('loses and doubles nothing by reloads, two tabs and two clicks', async (t) => {
    const before = await ballots()
    const context = await browser.newContext({ ...desktop, locale: 'en' })
    const voter = await enter('en', context)
    await voter.arrive(scene.address)
    await voter.identify(scene.open.codes('3'))
    await voter.page.reload()
    await voter.heading(voter.texts.ballotTitle)
    await choose(voter, 'option 1')
    await voter.page.reload()
    await voter.heading(voter.texts.ballotTitle)
    t.ok(await voter.page.getByRole('radio', { name: 'option 1' }).isChecked(), 'a choice that is not sealed is there after a reload')
    const other = await enter('en', context)
    await other.page.goto(scene.address)
    await other.heading(other.texts.ballotTitle)
    await choose(other, 'option 3')
    const [tracker, others] = [await voter.encrypt(), await other.encrypt()]
    t.not(tracker, others)
    await voter.page.getByRole('button', { name: voter.texts.cast, exact: true }).dblclick()
    await voter.pausing()
    t.equal(await voter.page.evaluate('JSON.stringify({ ...sessionStorage })'), '{}', 'sealed, no choice is kept')
    await other.press(other.texts.cast)
    await voter.page.reload()
    t.equal(await voter.voted(), tracker, 'the page that was closed in the middle goes on with the same ballot')
    t.equal(await other.voted(), tracker, 'and so does the other tab, whose own ballot is not cast')
    t.equal(await standingOf(others), 'absent')
    t.equal(await ballots(), before + 1)
    await voter.page.reload()
    t.equal(await voter.voted(), tracker, 'the proof is there after a reload')
    await voter.press(voter.texts.forget)
    await voter.heading(voter.texts.forgotten)
    await voter.page.reload()
    await voter.heading(voter.texts.identityTitle)
    await context.close()
  })

  await t.test('casts when the connection comes back', async (t) => {
    const voter = await enter('en')
    await voter.arrive(scene.address)
    await voter.identify(scene.open.codes('4'))
    await choose(voter, 'Blank vote')
    const tracker = await voter.encrypt()
    await voter.page.context().setOffline(true)
    await voter.press(voter.texts.cast)
    await voter.page.getByText(/^No receipt yet/).waitFor()
    await voter.page.context().setOffline(false)
    t.equal(await voter.voted(), tracker)
    t.equal(await standingOf(tracker), 'recorded')
    await voter.page.context().close()
  })

  await t.test('is told which code is wrong, checks the device, and goes on elsewhere with the recovery file', async (t) => {
    const voter = await enter('en')
    const { page, texts } = voter
    await voter.arrive(scene.address)
    const [first, second] = scene.open.codes('5') as [string, string]
    await page.locator('#code-0').fill(first.slice(0, -1))
    await page.locator('#code-1').fill(first)
    await voter.press(texts.identify)
    await page.getByText(texts.codeMistyped).waitFor()
    await page.getByText(texts.codeWrong).waitFor()
    t.equal(await page.evaluate('document.activeElement.id'), 'code-0', 'where the first mistake is')
    await voter.identify([first, second])
    await page.getByText(texts.recoveryTitle, { exact: true }).click()
    await page.getByLabel(texts.passphrase).fill('short')
    await voter.press(texts.saveRecovery)
    await page.getByText(texts.passphraseShort).waitFor()
    await page.getByLabel(texts.passphrase).fill('a passphrase of enough words')
    const download = page.waitForEvent('download')
    await voter.press(texts.saveRecovery)
    const file = join(t.testdir(), 'recovery.json')
    await (await download).saveAs(file)
    await choose(voter, 'option 2')
    const opened = await voter.encrypt()
    await voter.press(texts.check)
    await voter.heading(texts.openedTitle)
    t.equal(await voter.tracker(), opened)
    await voter.press(texts.checkedBack)
    await voter.heading(texts.reviewTitle)
    t.not(await voter.tracker(), opened, 'what was opened is not cast')
    await page.context().close()

    const elsewhere = await enter('fr')
    await elsewhere.arrive(scene.address)
    await elsewhere.press(elsewhere.texts.recoverLink)
    await elsewhere.page.locator('#recovery-file').setInputFiles(file)
    await elsewhere.page.getByLabel(elsewhere.texts.passphrase).fill('another passphrase')
    await elsewhere.press(elsewhere.texts.recover)
    await elsewhere.page.getByText(elsewhere.texts.error['recovery.sealed']).waitFor()
    await elsewhere.page.getByLabel(elsewhere.texts.passphrase).fill('a passphrase of enough words')
    await elsewhere.press(elsewhere.texts.recover)
    await elsewhere.heading(elsewhere.texts.ballotTitle)
    await choose(elsewhere, 'option 1')
    const tracker = await elsewhere.encrypt()
    await elsewhere.press(elsewhere.texts.cast)
    t.equal(await elsewhere.voted(), tracker)
    t.equal(await standingOf(opened), 'absent')
    await elsewhere.page.context().close()
  })
  t.same(complaints, [], 'no error on any page, and nothing that the Content-Security-Policy refused')
})
