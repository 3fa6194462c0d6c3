/** A voter's whole way in a real browser. */
import t from 'tap'
import { readVerifiedElection } from '../../voter/src/verified-election.ts'
import { GatewayClient } from '../../voter/src/gateway-client.ts'
import { verifyTracker } from '../../voter/src/verify-tracker.ts'
import { openBrowser } from '../host/open-browser.ts'
import { complaintsOf, desktop } from './support/browser.ts'
import { openBooth } from './support/booth-scene.ts'

t.test('a voter goes from codes to a receipt', async (t) => {
  const scene = await openBooth({ folder: t.testdir(), voters: 2 })
  t.teardown(scene.close)
  const browser = await openBrowser()
  t.teardown(async () => { await browser.close() })
  const page = await browser.newPage({ ...desktop, locale: 'fr-FR' })
  const complaints = complaintsOf(page)

  await page.goto(scene.address)
  await page.getByRole('heading', { name: 'Qui êtes-vous ?' }).waitFor()
  for (const [i, code] of scene.open.codes('1').entries()) await page.locator(`#code-${i}`).fill(code)
  await page.getByRole('button', { name: 'Obtenir ma carte de vote' }).click()

  await page.getByRole('heading', { name: 'Votre bulletin' }).waitFor()
  await page.getByRole('radio', { name: 'option 2' }).check()
  await page.getByRole('button', { name: 'Chiffrer mon bulletin' }).click()

  await page.getByRole('heading', { name: 'Vérifier ou voter' }).waitFor()
  const tracker = await page.locator('[data-tracker]').getAttribute('data-tracker')
  await page.getByRole('button', { name: 'Voter', exact: true }).click()
  await page.getByText(/^Pause de/).waitFor()
  await page.getByRole('heading', { name: 'A voté' }).waitFor()
  t.equal(await page.locator('[data-tracker]').getAttribute('data-tracker'), tracker)

  const gateway = new GatewayClient(scene.open.gateways[0])
  t.match(await verifyTracker(gateway, await readVerifiedElection(gateway, scene.open.election.id), tracker!), { standing: 'recorded' })
  t.same(complaints, [])
})
