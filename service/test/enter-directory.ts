import t from 'tap'
import { temporaryLedger } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { enterDirectory, enterDirectoryInTime } from '../src/enter-directory.ts'
import { submitWithPatience } from '../src/submit-with-patience.ts'

const entries = async (ledger: Ledger): Promise<unknown[]> =>
  (await readDirectory(ledger)).map(({ message }) => message)

t.test('a service enters the directory, and writes again only what changed', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  for (const { kind, url, moved } of [
    { kind: 'gateway', url: 'http://a.test', moved: 'http://b.test' },
    { kind: 'registrar', url: 'http://a.test', moved: 'http://b.test/x' },
    { kind: 'trustee', url: '', moved: undefined },
  ] as const) {
    const ledger = await as('MemberA', kind)
    const keys = generateKeyPair()
    t.equal(await enterDirectory(ledger, { kind, keys, url }), true)
    t.equal(await enterDirectory(ledger, { kind, keys, url }), false)
    if (moved !== undefined) t.equal(await enterDirectory(ledger, { kind, keys, url: moved }), true)
    const message = { kind, key: pointToHex(keys.publicKey), mspId: 'MemberA', sequence: moved === undefined ? 1 : 2, url: moved ?? url }
    t.strictSame((await entries(ledger)).filter((entry) => (entry as { kind: string }).kind === kind), [message])
  }
})

t.test('an entry whose answer was lost stands all the same', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  const ledger = await as('MemberA', 'gateway')
  const submit = ledger.submit.bind(ledger)
  let lost = 0
  ledger.submit = async (...args) => {
    const committed = await submit(...args)
    if (lost++ === 0) throw new ScrutinError('ledger.conflict')
    return committed
  }
  t.equal(await enterDirectory(ledger, { kind: 'gateway', keys: generateKeyPair(), url: 'http://a.test' }), true)
  t.equal(lost, 1, 'the second attempt was refused')
  t.match(await entries(ledger), [{ sequence: 1 }])
})

t.test('a ledger out of reach is asked until told to stop', async (t) => {
  const stop = new AbortController()
  const warnings: string[] = []
  const away = { mspId: 'MemberA', evaluate: async () => { throw new ScrutinError('ledger.unavailable') } } as unknown as Ledger
  const entering = enterDirectoryInTime(away, { kind: 'gateway', keys: generateKeyPair(), url: 'http://a.test' }, {
    signal: stop.signal,
    log: {
      warn: (_fields, message) => {
        warnings.push(message)
        stop.abort()
      }
    },
  })
  t.equal(await entering, false)
  t.strictSame(warnings, ['the gateway could not be entered in the directory yet'])
})

t.test('what lost against another transaction is submitted again, what was refused is not', async (t) => {
  let submits = 0
  const failing = (code: 'ledger.conflict' | 'election.state', times: number): Ledger => ({
    submit: async () => {
      if (++submits <= times) throw new ScrutinError(code)
      return { transactionId: 'x' }
    },
  } as unknown as Ledger)
  t.match(await submitWithPatience(failing('ledger.conflict', 2), 'open', []), { transactionId: 'x' })
  t.equal(submits, 3)
  submits = 0
  await t.rejects(submitWithPatience(failing('election.state', 1), 'open', []), { code: 'election.state' })
  t.equal(submits, 1)
})
