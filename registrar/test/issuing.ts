import t from 'tap'
import { verifyRsaPss } from '../../protocol/src/rsa-pss.ts'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { blindedMessageHash } from '../../protocol/src/credential.ts'
import type { SignedIssuance } from '../../protocol/src/records.ts'
import { openDesk, prepare } from './support/desks.ts'
import { testBed } from './support/registrars.ts'
import { askCredential, blind } from './support/voters.ts'

t.test('a person with a code', async (t) => {
  const bed = await testBed({ folder: t.testdir() })
  const [first, second] = bed.registrars
  const codes = await prepare(bed, first!)
  const code = codes.get('1')!
  const desk = await openDesk(first!)
  t.teardown(async () => { await desk.close() })
  const { id, idBytes } = bed.election

  await t.test('learns from the registrar who it is and where', async (t) => {
    t.same((await desk.inject('/v1/registrar')).json(), { key: first!.serviceKeys.publicKey, mspId: 'MemberA', identifies: 'code' })
    t.match((await desk.inject(`/v1/elections/${id}`)).json(), { registrar: 0, moduli: [/^[A-Za-z0-9_-]{342}$/], prepared: true })
    t.match((await desk.inject(`/v1/elections/${'0'.repeat(64)}`)).json(), { status: 404, code: 'election.unknown', type: 'urn:scrutin:problem:election.unknown' })
  })

  const { moduli: [modulus] } = (await desk.inject(`/v1/elections/${id}`)).json()

  await t.test('waits while another registrar is not prepared', async (t) => {
    const { blindedMessage } = await blind(modulus, idBytes)
    const answer = await askCredential(desk, id, code, blindedMessage)
    t.match(answer.json(), { status: 409, code: 'election.not-ready' })
    await prepare(bed, second!)
  })

  await t.test('is found on the roll, and nothing is written', async (t) => {
    const answer = await desk.inject({ method: 'POST', url: `/v1/elections/${id}/identify`, payload: { code } })
    const leaf = bed.roll.leaves.findIndex(({ identity }) => identity['id'] === '1')
    t.match(answer.json(), { classIndex: 0, salt: bed.roll.leaves[leaf]!.salt, place: { index: leaf, commitment: bed.roll.leaves[leaf]!.commitment } })
    t.equal(answer.headers['cache-control'], 'no-store')
    const lower = await desk.inject({ method: 'POST', url: `/v1/elections/${id}/identify`, payload: { code: code.toLowerCase().replaceAll('-', ' ') } })
    t.equal(lower.statusCode, 200)
  })

  await t.test('gets a signature whose issuance stands on the ledger, and the same one again', async (t) => {
    const blinded = await blind(modulus, idBytes)
    const answer = await askCredential(desk, id, code, blinded.blindedMessage)
    t.equal(answer.statusCode, 200)
    const signature = await blinded.unblind(answer.json().signature)
    t.ok(verifyRsaPss(fromBase64url(modulus), blinded.message, signature))

    const ledger = await first!.openLedger()
    const record = JSON.parse(Buffer.from(await ledger.evaluate('readIssuance', [id, '0', answer.json().place.commitment])).toString()) as SignedIssuance
    t.equal(record.message.blinded, blindedMessageHash(fromBase64url(blinded.blindedMessage)))
    await ledger.close()

    const again = await askCredential(desk, id, code, blinded.blindedMessage)
    t.same(again.json(), answer.json())

    const other = await blind(modulus, idBytes)
    t.match((await askCredential(desk, id, code, other.blindedMessage)).json(), { status: 409, code: 'issuance.exists' })
  })

  await t.test('asks with two blinded messages at once and gets one signature', async (t) => {
    const code = codes.get('2')!
    const messages = await Promise.all(Array.from({ length: 8 }, async () => await blind(modulus, idBytes)))
    const answers = await Promise.all(messages.map(async ({ blindedMessage }) => await askCredential(desk, id, code, blindedMessage)))
    t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, ...Array.from({ length: 7 }, () => 409)])
  })

  await t.test('is refused what can\'t be signed', async (t) => {
    const tooLarge = Buffer.alloc(256, 0xff).toString('base64url')
    t.match((await askCredential(desk, id, codes.get('3')!, tooLarge)).json(), { status: 400, code: 'input.malformed', detail: /below the modulus/ })
    const short = Buffer.alloc(255, 1).toString('base64url')
    t.match((await askCredential(desk, id, codes.get('3')!, short)).json(), { status: 400, code: 'input.malformed' })
    t.match((await desk.inject({ method: 'POST', url: `/v1/elections/${id}/identify`, payload: { code, more: 1 } })).json(), { status: 400, code: 'input.malformed' })
  })
})

t.test('codes that are wrong', async (t) => {
  const bed = await testBed({ folder: t.testdir() })
  const [first, second] = bed.registrars
  await prepare(bed, first!)
  const others = await prepare(bed, second!)
  const desk = await openDesk(first!, { wrongCodes: { max: 3, timeWindowSeconds: 900 } })
  t.teardown(async () => { await desk.close() })
  const identify = async (code: string): Promise<unknown> =>
    (await desk.inject({ method: 'POST', url: `/v1/elections/${bed.election.id}/identify`, payload: { code } })).json()

  const code = others.get('1')!
  t.match(await identify(code.slice(0, -1) + (code.endsWith('0') ? '1' : '0')), { status: 400, detail: /symbol/ }, 'a mistyped one is named as such')
  for (let i = 0; i < 3; i++) t.match(await identify(code), { status: 401, code: 'access.unauthenticated' }, 'another registrar\'s code means nothing here')
  t.match(await identify(code), { status: 429, code: 'access.rate' }, 'after some, no more may be tried')
})
