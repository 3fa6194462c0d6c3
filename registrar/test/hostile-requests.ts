/** Whatever is sent to a registrar gets a coded answer and writes nothing. */
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { isErrorCode } from '../../protocol/src/errors.ts'
import { openDesk, prepare } from './support/desks.ts'
import { testBed } from './support/registrars.ts'
import { blind } from './support/voters.ts'

t.test('hostile requests', async (t) => {
  const bed = await testBed({ folder: t.testdir() })
  const [first, second] = bed.registrars
  const code = (await prepare(bed, first!)).get('1')!
  await prepare(bed, second!)
  const desk = await openDesk(first!, { rateLimit: { max: 1_000_000, timeWindowSeconds: 60 }, wrongCodes: { max: 1_000_000, timeWindowSeconds: 60 } })
  t.teardown(async () => { await desk.close() })
  await desk.ready()
  const { id, idBytes } = bed.election
  const ledger = await first!.openLedger()
  t.teardown(async () => { await ledger.close() })
  const modulus = (await desk.inject(`/v1/elections/${id}`)).json<{ moduli: [string] }>().moduli[0]
  const { blindedMessage } = await blind(modulus, idBytes)
  const { height } = await ledger.status()

  await t.test('of any method, address, headers and body get an answer below 500', async () => {
    const mutated = (text: string): fc.Arbitrary<string> => fc.tuple(fc.nat(text.length), fc.nat(text.length), fc.string({ unit: 'binary', maxLength: 8 }))
      .map(([from, to, middle]) => text.slice(0, Math.min(from, to)) + middle + text.slice(Math.max(from, to)))
    const anyId = fc.oneof(fc.constant(id), mutated(id), fc.constant(id.toUpperCase()), fc.constant('0'.repeat(64)), fc.string({ maxLength: 100 }))
    const anyUrl = fc.oneof(
      fc.tuple(anyId, fc.constantFrom('', '/identify', '/credentials', '/nowhere')).map(([election, rest]) => `/v1/elections/${encodeURIComponent(election)}${rest}`),
      fc.constantFrom('/v1/registrar', '/livez', '/readyz', '/', '//', '/v1/elections/%00', '/v1/elections/..%2f..%2fetc', '/%zz')
    )
    const anyCode = fc.oneof(fc.constant(code), mutated(code), fc.jsonValue())
    // a message that is signable would be issued: that is no attack, but it would write
    const anyMessage = fc.oneof(mutated(blindedMessage).filter((text) => text.length !== 342), fc.constant('_'.repeat(342)), fc.constant('='.repeat(342)), fc.jsonValue())
    const anyBody = fc.oneof(
      fc.record({ code: anyCode, blindedMessage: anyMessage }, { requiredKeys: [] }).map((body) => JSON.stringify(body)),
      fc.record({ code: anyCode, blindedMessage: anyMessage, ['__proto__']: fc.jsonValue() }).map((body) => JSON.stringify(body)),
      mutated(JSON.stringify({ code, blindedMessage })).filter((text) => !text.includes(blindedMessage)),
      fc.json(),
      fc.string({ unit: 'binary', maxLength: 5000 })
    )
    const anyHeaders = fc.record({
      'content-type': fc.constantFrom('application/json', 'application/json; charset=latin1', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x'),
      prefer: fc.constantFrom('wait=0', 'wait=-1', 'wait=99999999999', 'wait', 'return=minimal, wait=0'),
      origin: fc.constantFrom('null', 'https://elsewhere.test'),
    }, { requiredKeys: ['prefer'] })
    const anyRequest = fc.record({ method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'), url: anyUrl, headers: anyHeaders, payload: anyBody })
    await fc.assert(fc.asyncProperty(anyRequest, async ({ method, url, headers, payload }) => {
      const answer = await desk.inject({ method, url, headers, ...method === 'POST' || method === 'PUT' ? { payload } : {} } as InjectOptions)
      if (answer.statusCode >= 500) return false
      if (answer.statusCode < 400 || answer.body === '') return true
      return isErrorCode(answer.json<{ code: unknown }>().code) && !answer.body.includes(code)
    }), { numRuns: 400 })
  })

  await t.test('that are too large are refused before they are read', async (t) => {
    const payload = JSON.stringify({ code: 'A'.repeat(10_000), blindedMessage })
    t.match(await desk.inject({ method: 'POST', url: `/v1/elections/${id}/credentials`, headers: { 'content-type': 'application/json' }, payload }), { statusCode: 413 })
  })

  t.equal((await ledger.status()).height, height, 'nothing was written')
  t.equal((await desk.inject({ method: 'POST', url: `/v1/elections/${id}/credentials`, payload: { code, blindedMessage } })).statusCode, 200, 'and the person still gets a signature')
})
