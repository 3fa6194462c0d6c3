/** The verdicts of the embedded ledger against a model of MVCC that is simple enough to be believed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { Chain } from '../src/embedded/chain.ts'
import { openDatabase } from '../src/embedded/database.ts'
import { type RangeScan, Simulation } from '../src/embedded/simulation.ts'
import { Snapshot } from '../src/embedded/snapshot.ts'
import type { SimulatedTransaction } from '../src/embedded/transaction-record.ts'

const keys = ['a', 'b', 'c', 'd', 'e']
const key = fc.constantFrom(...keys)
const operation = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({ kind: fc.constant('put' as const), key }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('range' as const), start: fc.constantFrom('', ...keys), end: fc.constantFrom('', ...keys) })
)
type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never
/** Two transactions' operations in the order in which they happen, then the order and the blocks in which they commit. */
const history = fc.record({
  present: fc.uniqueArray(key),
  steps: fc.array(fc.record({ second: fc.boolean(), operation }), { maxLength: 12 }),
  secondStartsAfterFirst: fc.boolean(),
  secondCommitsFirst: fc.boolean(),
  oneBlock: fc.boolean(),
})

t.test('gives the verdicts of a simple model, whatever two transactions do', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'scrutin-mvcc-'))
  const file = join(folder, 'ledger.db')
  const database = await openDatabase(file)
  const chain = new Chain(database)
  const snapshots = [new Snapshot(file), new Snapshot(file)] as const

  fc.assert(fc.property(history, ({ present, steps, secondStartsAfterFirst, secondCommitsFirst, oneBlock }) => {
    reset(chain, snapshots[0], present)
    const model = new Model(present)
    const plans = [steps.filter((step) => !step.second), steps.filter((step) => step.second)].map((plan) => plan.map((step) => step.operation))

    if (secondStartsAfterFirst) {
      for (const plan of plans) {
        const expected = model.commit(model.simulate(plan), false)
        assert.deepEqual(commit(chain, [simulate(snapshots[0], plan)]), [expected])
      }
      return
    }
    const simulations = snapshots.map((snapshot) => {
      snapshot.begin()
      return new Simulation(snapshot)
    })
    for (const step of steps) perform(simulations[step.second ? 1 : 0]!, step.operation)
    const simulated = simulations.map((simulation) => simulation.readWriteSet())
    for (const snapshot of snapshots) snapshot.end()
    const order = secondCommitsFirst ? [1, 0] : [0, 1]
    const modelled = plans.map((plan) => model.simulate(plan))
    const expected = order.map((which) => model.commit(modelled[which]!, oneBlock))
    const sets = order.map((which) => simulated[which]!)
    assert.deepEqual(oneBlock ? commit(chain, sets) : sets.flatMap((set) => commit(chain, [set])), expected)
    assert.deepEqual(stateOf(snapshots[0]), model.present())
  }), { numRuns: 400 })
  t.doesNotThrow(() => { chain.check() })
  for (const snapshot of snapshots) snapshot.close()
  database.close()
  rmSync(folder, { recursive: true })
})

t.test('covers with the phantom check what a Fabric peer reads ahead, and no more', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'scrutin-mvcc-'))
  const database = await openDatabase(join(folder, 'ledger.db'))
  const chain = new Chain(database)
  const snapshot = new Snapshot(join(folder, 'ledger.db'))
  const name = (i: number): string => String(i).padStart(4, '0')
  commit(chain, [{ reads: [], ranges: [], writes: Array.from({ length: 300 }, (_, i) => ({ key: name(2 * i), value: Buffer.of(1) })) }])
  const scanned = (entries: number): ReadWriteSet => {
    snapshot.begin()
    const simulation = new Simulation(snapshot)
    const scan: RangeScan = simulation.range('', '')
    for (let i = 0; i < entries; i++) scan.next()
    const set = simulation.readWriteSet()
    snapshot.end()
    return set
  }
  const insert = (at: number): void => { commit(chain, [{ reads: [], ranges: [], writes: [{ key: name(at), value: Buffer.of(1) }] }]) }

  // 101 entries are read at first: keys 0 to 200, by twos
  const one = scanned(1)
  insert(201)
  t.same(commit(chain, [one]), ['VALID'])
  const again = scanned(1)
  insert(199)
  t.same(commit(chain, [again]), ['PHANTOM_READ_CONFLICT'])
  t.equal(scanned(100).ranges[0]?.reads.length, 101)
  t.equal(scanned(101).ranges[0]?.reads.length, 201)
  const whole = scanned(303)
  t.ok(whole.ranges[0]?.exhausted)
  insert(9999)
  t.same(commit(chain, [whole]), ['PHANTOM_READ_CONFLICT'])

  snapshot.close()
  database.close()
  rmSync(folder, { recursive: true })
})

type ReadWriteSet = SimulatedTransaction['readWriteSet']

let transactions = 0
function commit (chain: Chain, sets: readonly ReadWriteSet[]): string[] {
  return chain.appendBlock(sets.map((readWriteSet) => ({
    transactionId: String(++transactions),
    mspId: 'MSP',
    role: 'gateway',
    timestamp: 0,
    transaction: 'test',
    args: [],
    readWriteSet,
    event: undefined,
    result: new Uint8Array(),
  }))).map((verdict) => verdict.code)
}

function reset (chain: Chain, snapshot: Snapshot, present: readonly string[]): void {
  commit(chain, [{ reads: [], ranges: [], writes: stateOf(snapshot).map((key) => ({ key, value: undefined })) }])
  commit(chain, [{ reads: [], ranges: [], writes: present.map((key) => ({ key, value: Buffer.of(1) })) }])
}

function stateOf (snapshot: Snapshot): string[] {
  snapshot.begin()
  const found = snapshot.range('', '', 1000).map((entry) => entry.key)
  snapshot.end()
  return found
}

function simulate (snapshot: Snapshot, plan: readonly Operation[]): ReadWriteSet {
  snapshot.begin()
  const simulation = new Simulation(snapshot)
  for (const step of plan) perform(simulation, step)
  snapshot.end()
  return simulation.readWriteSet()
}

function perform (simulation: Simulation, step: Operation): void {
  if (step.kind === 'get') simulation.get(step.key)
  else if (step.kind === 'put') simulation.put(step.key, Buffer.of(1))
  else if (step.kind === 'delete') simulation.put(step.key, undefined)
  else {
    const scan = simulation.range(step.start, step.end)
    while (scan.next() !== undefined);
  }
}

interface Modelled {
  readonly reads: Map<string, number>
  readonly ranges: Array<{ start: string, end: string, seen: string }>
  readonly writes: Map<string, boolean>
}

/** Every write gives its key a new number; a read is still good when the number is the same. */
class Model {
  readonly #present = new Set<string>()
  readonly #changes = new Map<string, number>()
  readonly #written = new Set<string>()

  constructor (present: readonly string[]) {
    for (const key of present) this.#present.add(key)
  }

  present (): string[] {
    return [...this.#present].sort()
  }

  simulate (plan: readonly Operation[]): Modelled {
    const modelled: Modelled = { reads: new Map(), ranges: [], writes: new Map() }
    for (const step of plan) {
      if (step.kind === 'get') modelled.reads.set(step.key, this.#change(step.key))
      else if (step.kind === 'range') modelled.ranges.push({ start: step.start, end: step.end, seen: this.#seen(step.start, step.end) })
      else modelled.writes.set(step.key, step.kind === 'put')
    }
    return modelled
  }

  commit (transaction: Modelled, oneBlock: boolean): string {
    for (const [key, change] of transaction.reads) {
      if (this.#change(key) !== change || (oneBlock && this.#written.has(key))) return 'MVCC_READ_CONFLICT'
    }
    for (const { start, end, seen } of transaction.ranges) if (this.#seen(start, end) !== seen) return 'PHANTOM_READ_CONFLICT'
    for (const [key, put] of transaction.writes) {
      const there = this.#present.has(key)
      if (put) this.#present.add(key)
      else this.#present.delete(key)
      this.#written.add(key)
      // deleting what is not there changes nothing, except for reads in the same block
      if (put || there) this.#changes.set(key, this.#change(key) + 1)
    }
    return 'VALID'
  }

  #change (key: string): number {
    return this.#changes.get(key) ?? 0
  }

  #seen (start: string, end: string): string {
    return this.present().filter((key) => key >= start && (end === '' || key < end)).map((key) => `${key}${this.#change(key)}`).join()
  }
}
