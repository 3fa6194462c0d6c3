/** A question whose options are drawn, in the booth. */
import t from 'tap'
import { majorityQuestion } from '../../protocol/test/support/sample-definition.ts'
import { openBrowser } from '../host/open-browser.ts'
import { BoothVoter } from './support/booth-voter.ts'
import { openBooth } from './support/booth-scene.ts'
import { collectComplaints, phone } from './support/browser.ts'

t.test('a voter is shown the candidates that were drawn, before and after a reload', async (t) => {
  const scene = await openBooth({ folder: t.testdir(), voters: 1, changes: { questions: [{ ...majorityQuestion('council', 6, 3), draw: 2 }] } })
  t.teardown(scene.close)
  const browser = await openBrowser()
  t.teardown(async () => { await browser.close() })
  const page = await (await browser.newContext({ ...phone, locale: 'fr' })).newPage()
  const complaints: string[] = []
  collectComplaints(page, complaints)
  const voter = new BoothVoter(page, 'fr')
  await voter.arrive(scene.address)
  await voter.identify(scene.open.codes('1'))
  const first = page.getByRole('radio', { name: 'grade 1' })
  t.equal(await first.count(), 2)
  const shown = async (): Promise<string> => await page.getByRole('main').innerText()
  const before = (await shown()).match(/option [1-6]/g)
  await page.reload()
  await voter.heading(voter.texts.ballotTitle)
  t.equal(await first.count(), 2)
  t.strictSame((await shown()).match(/option [1-6]/g), before, 'the same ones')
  for (const candidate of [0, 1]) await first.nth(candidate).check()
  const tracker = await voter.encrypt()
  await voter.press(voter.texts.cast)
  t.equal(await voter.voted(), tracker)
  t.strictSame(complaints, [])
})
