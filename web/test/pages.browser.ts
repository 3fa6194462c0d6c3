/** Every page with every kind of question, in each language, at the widths of a phone and a desktop, as axe-core judges them. */
import t from 'tap'
import { cumulativeQuestion, majorityQuestion, quadraticQuestion, sampleQuestion, scoreQuestion, yesNoQuestion } from '../../protocol/test/support/sample-definition.ts'
import { openBrowser } from '../host/open-browser.ts'
import { isTooWide, violationsOf } from './support/axe.ts'
import { BoothVoter } from './support/booth-voter.ts'
import { openBooth } from './support/booth-scene.ts'
import { collectComplaints, desktop, phone } from './support/browser.ts'
import { recordRequests } from './support/recorded-requests.ts'

t.test('the pages of the booth', async (t) => {
  const questions = [
    sampleQuestion('mayor', 3, { min: 1, max: 1, blank: true }), sampleQuestion('works', 4, { min: 0, max: 2, blank: false }), yesNoQuestion('bridge', true),
    scoreQuestion('names', 2, 5), cumulativeQuestion('parks', 3, 5, 3, true), quadraticQuestion('buses', 3, 9, 3), majorityQuestion('council', 2, 5, 'worst'),
  ]
  const scene = await openBooth({ folder: t.testdir(), voters: 3, changes: { questions } })
  t.teardown(scene.close)
  const browser = await openBrowser()
  t.teardown(async () => { await browser.close() })

  const ways = [{ language: 'fr', width: phone, person: '1' }, { language: 'en', width: desktop, person: '2' }, { language: 'es', width: phone, person: '3' }] as const
  for (const { language, width, person } of ways) {
    await t.test(`in ${language}, ${width === phone ? 'on a phone' : 'on a desktop'}`, async (t) => {
      const context = await browser.newContext({ ...width, locale: language })
      const page = await context.newPage()
      const complaints: string[] = []
      collectComplaints(page, complaints)
      const voter = new BoothVoter(page, language)
      const { texts } = voter
      const judge = async (name: string): Promise<void> => {
        t.same(await violationsOf(page), [], `${name}: nothing that axe-core finds wrong`)
        t.notOk(await isTooWide(page), `${name} fits the width`)
        t.equal(await page.evaluate('document.documentElement.lang'), language)
      }
      await voter.arrive(scene.address)
      await judge('identity')
      await voter.identify(scene.open.codes(person))
      await voter.press(texts.fill)
      await page.getByRole('alert').getByText(texts.problems).waitFor()
      await judge('a ballot with what is missing')

      await page.getByRole('radio', { name: 'option 2' }).first().check()
      await page.getByRole('group', { name: 'works' }).getByRole('checkbox', { name: 'option 1' }).check()
      await page.getByRole('group', { name: 'works' }).getByRole('checkbox', { name: 'option 4' }).check()
      t.ok(await page.getByRole('group', { name: 'works' }).getByRole('checkbox', { name: 'option 3' }).isDisabled(), 'no third of two')
      // by keyboard alone
      await page.getByRole('radio', { name: texts.yes, exact: true }).focus()
      await page.keyboard.press('Space')
      await page.locator('#names-option-1').fill('4')
      await page.getByRole('group', { name: 'parks' }).getByRole('button', { name: texts.more('option 1') }).click({ clickCount: 3, delay: 20 })
      await page.getByRole('group', { name: 'parks' }).getByText(texts.pointsLeft(2, 5)).waitFor()
      await page.locator('#parks-option-2').fill('3')
      await page.locator('#parks-option-2').blur()
      await voter.press(texts.fill)
      await page.locator('#problem-4').getByText(texts.problemPoints(1)).waitFor()
      await page.getByRole('group', { name: 'parks' }).getByRole('button', { name: texts.less('option 2') }).click()
      await page.getByRole('group', { name: 'buses' }).getByRole('button', { name: texts.more('option 1') }).click({ clickCount: 2, delay: 20 })
      await page.getByText(texts.creditsLeft(5, 9)).waitFor()
      t.ok(await page.getByRole('group', { name: 'buses' }).getByRole('button', { name: texts.more('option 1') }).isEnabled(), 'a third vote costs the 5 that are left')
      await page.getByRole('group', { name: 'council' }).getByRole('radio', { name: 'grade 1' }).first().check()
      await page.getByRole('group', { name: 'council' }).getByRole('radio', { name: 'No opinion' }).last().check()
      await judge('a whole ballot')
      const tracker = await voter.encrypt()
      await judge('check or cast')
      await voter.press(texts.check)
      await voter.heading(texts.openedTitle)
      await judge('the check')
      await voter.press(texts.checkedBack)
      await voter.heading(texts.reviewTitle)
      t.not(await voter.tracker(), tracker)
      await voter.press(texts.cast)
      await voter.pausing()
      await judge('casting')
      const cast = await voter.voted()
      await judge('the proof of vote')

      const record = recordRequests()
      await page.goto(await page.getByRole('link', { name: texts.toProof }).getAttribute('href') ?? '')
      await page.locator('[data-standing="recorded"]').getByText(/\d/).first().waitFor()
      record.stop()
      t.notOk(record.requests().some(({ url }) => url.includes(cast.slice(0, 16))), 'asking does not tell which ballot is meant')
      await judge('the proof, looked up')
      await page.locator('#tracker').fill(cast.slice(1))
      await voter.press(texts.lookUp)
      await page.getByText(texts.trackerWrong).waitFor()
      // what was opened for the check is nowhere; typed as it is shown, in groups and in capitals
      await page.locator('#tracker').fill(tracker.toUpperCase().replaceAll(/(.{4})/g, '$1 '))
      await page.locator('#gateway').selectOption({ index: 0 })
      await voter.press(texts.lookUp)
      await page.locator('[data-standing="absent"]').waitFor()
      // a receipt of another election is no proof here
      await page.locator('#proof-file').setInputFiles({ name: 'proof.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ electionId: '0'.repeat(64), tracker: cast })) })
      await voter.press(texts.lookUp)
      await page.getByText(texts.proofFileWrong).waitFor()
      await page.locator('#proof-file').setInputFiles({ name: 'proof.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ electionId: scene.open.election.id, tracker: cast })) })
      await voter.press(texts.lookUp)
      await page.locator('[data-standing="recorded"]').waitFor()
      await page.locator('#proof-file').setInputFiles([])
      await page.locator('#tracker').fill(tracker)
      await voter.press(texts.lookUp)
      await page.locator('[data-standing="absent"]').waitFor()
      await judge('the proof, absent')
      t.same(complaints, [])
      await context.close()
    })
  }
})
