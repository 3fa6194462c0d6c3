/** What every ledger must do. Runs against the embedded adapter and against a real Fabric network. */
import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import type { Committed, ContractEvent, Ledger } from '../src/port.ts'
import { eventually, untilValid } from './support/until.ts'

export interface OpenedLedger {
  readonly ledger: Ledger
  readonly mspId: string
  readonly role: string
}

interface Given {
  readonly t: Test
  readonly first: Ledger
  readonly second: Ledger
  /** A key nobody has used before. */
  readonly key: () => string
}

/**
 * @param name stands in the names of the tests
 * @param ledgers two or more, with different identities, of members with different MSPs, over one channel with the
 * test contract; they are not closed here
 */
export function ledgerSuite (name: string, ledgers: () => readonly OpenedLedger[]): void {
  const test = (behaviour: string, run: (given: Given) => Promise<void>): void => {
    void t.test(`${name}: ${behaviour}`, async (t) => {
      const [first, second] = ledgers()
      if (first === undefined || second === undefined) throw new Error('the suite needs two ledgers')
      const prefix = randomBytes(6).toString('hex')
      let keys = 0
      await run({ t, first: first.ledger, second: second.ledger, key: () => `${prefix}-${keys++}` })
    })
  }

  test('commits a value that every client then reads', async ({ t, first, second, key }) => {
    const name = key()
    const committed = await first.submit('put', [name, 'hello'])
    t.equal(text(committed.result), 'hello')
    t.match(committed.transactionId, /^[0-9a-f]{64}$/)
    t.ok(committed.blockNumber > 0n)
    t.ok(committed.index >= 0)
    t.equal(text(await first.evaluate('get', [name])), 'hello', 'a client reads what it has committed')
    await eventually(async () => text(await second.evaluate('get', [name])) === 'hello')
    await second.submit('remove', [name])
    t.equal(text(await second.evaluate('get', [name])), '')
  })

  test('keeps nothing of an evaluated transaction', async ({ t, first, key }) => {
    const name = key()
    t.equal(text(await first.evaluate('put', [name, 'hello'])), 'hello')
    t.equal(text(await first.evaluate('get', [name])), '')
  })

  test('does not let a transaction read its own writes', async ({ t, first, second, key }) => {
    const name = key()
    t.equal(text((await first.submit('putAndGet', [name, 'one'])).result), '')
    await settle(second, name, 'one')
    t.equal(text((await first.submit('putAndGet', [name, 'two'])).result), 'one')
  })

  test('accepts exactly one of many transactions that conflict', async ({ t, first, second, key }) => {
    const name = key()
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, async (_, i) =>
      await (i % 2 === 0 ? first : second).submit('putOnce', [name, `value ${i}`])))
    const committed = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    t.equal(committed.length, 1)
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      const error: unknown = outcome.reason
      t.ok(error instanceof ScrutinError && ['ledger.conflict', 'ballot.credential-used'].includes(error.code), String(error))
    }
    const winner = committed[0]
    if (winner?.status !== 'fulfilled') throw new Error('there is a winner')
    await settle(first, name, text(winner.value.result))
    await settle(second, name, text(winner.value.result))
    t.equal(text(await first.evaluate('get', [name])), text(winner.value.result))
    await rejectsWith(t, second.submit('putOnce', [name, 'late']), 'ballot.credential-used', name)
  })

  test('counts right when everyone tries again after a conflict', async ({ t, first, second, key }) => {
    const name = key()
    await Promise.all(Array.from({ length: 8 }, async (_, i) =>
      await untilValid(async () => await (i % 2 === 0 ? first : second).submit('increment', [name]))))
    await settle(first, name, '8')
    await settle(second, name, '8')
    t.equal(text(await first.evaluate('get', [name])), '8')
  })

  test('lists a range in byte order of the keys', async ({ t, first, key }) => {
    const prefix = key()
    for (const letter of ['é', 'b', 'B', 'a', '~']) await first.submit('put', [`${prefix}/${letter}`, letter])
    const all = async (start: string, end: string): Promise<string> => text(await first.evaluate('list', [`${prefix}/${start}`, `${prefix}/${end}`]))
    t.equal(await all('', '\u{10ffff}'), JSON.stringify(['B', 'a', 'b', '~', 'é'].map((letter) => `${prefix}/${letter}=${letter}`)))
    t.equal(await all('a', 'b'), JSON.stringify([`${prefix}/a=a`]), 'the start belongs to the range, the end does not')
  })

  test('refuses a transaction whose range has changed meanwhile', async ({ t, first, second, key }) => {
    const prefix = key()
    await first.submit('put', [`${prefix}/a`, '1'])
    await settle(second, `${prefix}/a`, '1')
    const target = key()
    const rounds = await Promise.all(Array.from({ length: 6 }, async (_, i) => await Promise.allSettled([
      first.submit('put', [`${prefix}/b${i}`, '1']),
      second.submit('countInto', [`${prefix}/`, `${prefix}/~`, target]),
    ])))
    for (const [put] of rounds) t.equal(put.status, 'fulfilled', 'a write without a read conflicts with nothing')
    const count = await untilValid(async () => await second.submit('countInto', [`${prefix}/`, `${prefix}/~`, target]))
    t.equal(text(count.result), '7')
    for (const [, counted] of rounds) {
      if (counted.status === 'rejected') t.ok(counted.reason instanceof ScrutinError && counted.reason.code === 'ledger.conflict', String(counted.reason))
    }
  })

  test('reads long ranges whole and stops early when asked', async ({ t, first, key }) => {
    const prefix = `${key()}/`
    await first.submit('putMany', [prefix, '250'])
    const target = key()
    t.equal(text((await first.submit('countInto', [prefix, `${prefix}~`, target])).result), '250')
    t.equal(text((await first.submit('firstInto', [prefix, `${prefix}~`, '2', target])).result), JSON.stringify([`${prefix}0000`, `${prefix}0001`]))
  })

  test('gives pages with bookmarks, and lets no transaction write that used one', async ({ t, first, key }) => {
    const prefix = `${key()}/`
    await first.submit('putMany', [prefix, '5'])
    const keys: string[] = []
    let bookmark = ''
    do {
      const page: unknown = JSON.parse(text(await first.evaluate('page', [prefix, `${prefix}~`, '2', bookmark])))
      if (!isPage(page)) throw new Error('not a page')
      keys.push(...page.keys)
      bookmark = page.bookmark
    } while (bookmark !== '')
    t.same(keys, ['0000', '0001', '0002', '0003', '0004'].map((name) => prefix + name))
    await rejectsWith(t, first.submit('pageAndPut', [prefix, `${prefix}~`, key()]), 'ledger.refused')
  })

  test('passes transient data to the contract', async ({ t, first, key }) => {
    const name = key()
    const value = randomBytes(20_000).toString('base64')
    t.equal(text((await first.submit('putTransient', [name], { value: Buffer.from(value) })).result), String(value.length))
    t.equal(text(await first.evaluate('get', [name])), value)
    await rejectsWith(t, first.submit('putTransient', [key()]), 'input.malformed', 'transient data is missing')
  })

  test('hands on the refusals of the contract with code and detail', async ({ t, first }) => {
    await rejectsWith(t, first.submit('refuse', ['election.too-late', 'since 12:00 {"code":"x"} é']), 'election.too-late', 'since 12:00 {"code":"x"} é')
    await rejectsWith(t, first.evaluate('refuse', ['election.unknown', '']), 'election.unknown', '')
    await rejectsWith(t, first.submit('fail', ['out of order']), 'ledger.refused')
    await rejectsWith(t, first.evaluate('fail', ['out of order']), 'ledger.refused')
    await rejectsWith(t, first.submit('noSuchTransaction', []), 'ledger.refused')
    await rejectsWith(t, first.submit('put', ['one argument']), 'ledger.refused')
  })

  test('follows events in order, across clients, and resumes from a block', async ({ t, first, second, key }) => {
    const name = key()
    const stop = new AbortController()
    const following = take(second.events({ signal: stop.signal }), 6, (event) => event.name === name)
    const committed: Committed[] = []
    for (let i = 0; i < 3; i++) committed.push(await first.submit('announce', [key(), name, `event ${i}`]))
    committed.push(...await Promise.all(Array.from({ length: 3 }, async (_, i) => await second.submit('announce', [key(), name, `event ${i + 3}`]))))
    const events = await following
    t.same(events.slice(0, 3).map((event) => text(event.payload)), ['event 0', 'event 1', 'event 2'])
    t.same(events.map((event) => text(event.payload)).sort(), Array.from({ length: 6 }, (_, i) => `event ${i}`))
    for (const event of events) {
      const cause = committed.find(({ transactionId }) => transactionId === event.transactionId)
      t.match(cause, { blockNumber: event.blockNumber, index: event.index }, 'an event stands where its transaction does')
    }
    t.same(events.map(place), events.map(place).sort((a, b) => a - b), 'in the order of the chain')

    const from = committed[1]?.blockNumber ?? 0n
    const resumed = await take(first.events({ from, signal: stop.signal }), events.filter((event) => event.blockNumber >= from).length, (event) => event.name === name)
    t.same(resumed.map(({ transactionId }) => transactionId), events.filter((event) => event.blockNumber >= from).map(({ transactionId }) => transactionId))
    stop.abort()
  })

  test('gives events of valid transactions only, and ends when asked to', async ({ t, first, second, key }) => {
    const name = key()
    const counter = key()
    const stop = new AbortController()
    const seen: string[] = []
    const following = (async () => {
      for await (const event of first.events({ signal: stop.signal })) if (event.name === name) seen.push(event.transactionId)
    })()
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, async (_, i) =>
      await (i % 2 === 0 ? first : second).submit('announceExclusively', [counter, name, ''])))
    const valid = outcomes.flatMap((outcome) => outcome.status === 'fulfilled' ? [outcome.value.transactionId] : [])
    await eventually(async () => seen.length >= valid.length)
    stop.abort()
    await following
    t.same(seen.sort(), valid.sort())
  })

  test('locates committed transactions, and no others', async ({ t, first, second, key }) => {
    const committed = await first.submit('put', [key(), 'x'])
    const { blockNumber, index } = committed
    t.same(await first.locate(committed.transactionId), { blockNumber, index })
    await eventually(async () => await second.locate(committed.transactionId) !== undefined)
    t.same(await second.locate(committed.transactionId), { blockNumber, index })
    t.equal(await first.locate(randomBytes(32).toString('hex')), undefined)
    const counter = key()
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, async () => await first.submit('increment', [counter])))
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      const id = /[0-9a-f]{64}/.exec(String(outcome.reason))?.[0]
      if (id !== undefined) t.equal(await first.locate(id), undefined, 'a transaction that was found invalid has no place')
    }
  })

  test('keeps the history of a key, newest first', async ({ t, first, second, key }) => {
    const name = key()
    const before = Math.floor(Date.now() / 1000)
    const one = await first.submit('put', [name, 'one'])
    await settle(second, name, 'one')
    const two = await second.submit('put', [name, 'two'])
    await settle(first, name, 'two')
    const three = await first.submit('remove', [name])
    const history: unknown = JSON.parse(text(await first.evaluate('history', [name])))
    t.match(history, [
      { transactionId: three.transactionId, value: '', deleted: true },
      { transactionId: two.transactionId, value: 'two', deleted: false },
      { transactionId: one.transactionId, value: 'one', deleted: false },
    ])
    for (const change of Array.isArray(history) ? history : []) t.ok(isBetween(before, change, 'seconds', before + 60))
  })

  test('agrees on height and newest block between clients', async ({ t, first, second, key }) => {
    const before = await first.status()
    const committed = await first.submit('put', [key(), 'x'])
    const after = await first.status()
    t.ok(after.height > before.height)
    t.ok(after.height > committed.blockNumber)
    t.match(after.blockHash, /^[0-9a-f]{64}$/)
    t.not(after.blockHash, before.blockHash)
    await eventually(async () => (await second.status()).height === after.height)
    t.same(await second.status(), after)
  })

  test('shows the contract who asks, and when', async ({ t }) => {
    for (const { ledger, mspId, role } of ledgers()) {
      t.equal(ledger.mspId, mspId)
      const before = Date.now()
      const found: unknown = JSON.parse(text(await ledger.evaluate('whoAmI', [])))
      t.match(found, { mspId, creator: mspId, role, nothing: null, isIt: true, hasId: true, transactionId: /^[0-9a-f]{64}$/ })
      t.ok(isBetween(before - 2, found, 'milliseconds', Date.now()))
    }
  })
}

export function text (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

export async function rejectsWith (t: Test, promise: Promise<unknown>, code: ErrorCode, detail?: string): Promise<void> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason)
  t.ok(error instanceof ScrutinError, `refused: ${String(error)}`)
  t.match(error, detail === undefined ? { code } : { code, detail })
}

async function settle (ledger: Ledger, key: string, value: string): Promise<void> {
  await eventually(async () => text(await ledger.evaluate('get', [key])) === value)
}

async function take (events: AsyncIterable<ContractEvent>, count: number, which: (event: ContractEvent) => boolean): Promise<ContractEvent[]> {
  const found: ContractEvent[] = []
  for await (const event of events) {
    if (!which(event)) continue
    found.push(event)
    if (found.length === count) break
  }
  return found
}

function place (event: ContractEvent): number {
  return Number(event.blockNumber) * 10_000 + event.index
}

function isPage (value: unknown): value is { keys: string[], bookmark: string } {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys) &&
    'bookmark' in value && typeof value.bookmark === 'string'
}

function isBetween (least: number, value: unknown, name: string, most: number): boolean {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'number' && found >= least && found <= most
}
