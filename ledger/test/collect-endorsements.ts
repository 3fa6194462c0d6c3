/** Whom the ledger asks for endorsements, and when it is content: with endorsers that are made up. */
import { setTimeout as sleep } from 'node:timers/promises'
import { peer } from '@hyperledger/fabric-protos'
import t from 'tap'
import { type Collected, collectEndorsements } from '../src/fabric/collect-endorsements.ts'
import type { EndorsementPlan } from '../src/fabric/discovery.ts'
import type { Answer } from '../src/fabric/endorser.ts'

/** Any three of four members, one endorser each, as discovery tells it. */
const names = ['a', 'b', 'c', 'd']
const threeOfFour: EndorsementPlan = {
  groups: new Map(names.map((name) => [name.toUpperCase(), [name]])),
  layouts: names.toReversed().map((without) => new Map(names.filter((name) => name !== without).map((name) => [name.toUpperCase(), 1]))),
}

t.test('asks the smallest sufficient set, those first whom one would rather ask', async (t) => {
  const { asked, collected } = await run({ a: endorses('x'), b: endorses('x'), c: endorses('x'), d: endorses('x') }, { rank: (name) => name === 'b' ? 1_000 : 0 })
  t.same(asked, ['a', 'c', 'd'])
  t.equal(collected.endorsed?.length, 3)
})

t.test('goes to others when one is down, or refuses what the others endorse', async (t) => {
  for (const trouble of [fails(), refuses()]) {
    const { asked, collected } = await run({ a: endorses('x'), b: trouble, c: endorses('x'), d: endorses('x') })
    t.same(asked.sort(), names)
    t.same(collected.endorsed?.map(payload), ['x', 'x', 'x'])
  }
})

t.test('goes on with those that agree when one comes to another result, even if it is the first', async (t) => {
  const { collected } = await run({ a: endorses('lie'), b: endorses('x', 5), c: endorses('x', 10), d: endorses('x') })
  t.same(collected.endorsed?.map(payload), ['x', 'x', 'x'])
  t.same(collected.dissenting, ['a'])
})

t.test('never mixes results, and never takes one that too few came to', async (t) => {
  const { collected } = await run({ a: endorses('x'), b: endorses('y'), c: endorses('x'), d: endorses('y') })
  t.equal(collected.endorsed, undefined)
  t.equal(collected.answers.size, 4)
})

t.test('asks nobody further once it can\'t be enough', async (t) => {
  const { asked, collected } = await run({ a: refuses(), b: refuses(), c: refuses(5), d: endorses('x') })
  t.equal(collected.endorsed, undefined)
  t.notOk(asked.includes('d'))
})

t.test('waits for the answers on their way before it asks others because of a refusal', async (t) => {
  const { asked } = await run({ a: refuses(), b: refuses(5), c: refuses(10), d: endorses('x') })
  t.notOk(asked.includes('d'), 'a refused transaction costs no more than an accepted one')
})

t.test('asks everybody else before it believes a refusal that too few gave', async (t) => {
  const isRefused = (answers: ReadonlyMap<string, Answer>): boolean =>
    [...answers.values()].filter((answer) => answer.kind === 'refused' && answer.message === 'no').length >= 2
  const lie: Endorser = { answer: { kind: 'refused', message: 'a lie' }, milliseconds: 0 }
  const { asked, collected } = await run({ a: lie, b: refuses(), c: refuses(5), d: endorses('x') }, { isRefused })
  t.same(collected.answers.get('c'), refuses().answer, 'though b\'s already made it impossible')
  t.same(asked, ['a', 'b', 'c'], 'and no longer than that')
  const down = await run({ a: lie, b: fails(), c: refuses(5), d: endorses('x', 10) }, { isRefused })
  t.equal(down.collected.answers.size, 4, 'all have had their say')
  const silent = await run({ a: lie, b: fails(), c: refuses(5), d: endorses('x', 5_000) }, { isRefused })
  t.equal(silent.collected.answers.size, 3, 'and nobody waits for one that is silent')
})

t.test('asks others in place of one that is silent, and does not wait for it', async (t) => {
  const { asked, collected } = await run({ a: endorses('x'), b: endorses('x', 5_000), c: endorses('x'), d: endorses('x') })
  t.same(asked, ['a', 'b', 'c', 'd'])
  t.same(collected.endorsed?.map(payload), ['x', 'x', 'x'])
  t.same(collected.slow, ['b'])
})

t.test('waits for a silent one when it needs it', async (t) => {
  const { collected } = await run({ a: endorses('x'), b: endorses('x', 200), c: endorses('x'), d: fails() })
  t.equal(collected.endorsed?.length, 3)
})

t.test('takes several of one group, and any layout that is enough', async (t) => {
  const plan: EndorsementPlan = {
    groups: new Map([['G', ['a', 'b', 'c']], ['H', ['d']]]),
    layouts: [new Map([['G', 2]]), new Map([['H', 1], ['G', 1]])],
  }
  const two = await run({ a: fails(), b: endorses('x'), c: endorses('x'), d: fails() }, { plan })
  t.equal(two.collected.endorsed?.length, 2)
  const mixed = await run({ a: fails(), b: fails(), c: endorses('x'), d: endorses('x') }, { plan })
  t.equal(mixed.collected.endorsed?.length, 2)
  t.equal((await run({}, { plan: { groups: new Map(), layouts: [new Map([['G', 1]])] } })).collected.endorsed, undefined, 'nobody is there')
})

t.test('agrees with a plain count, whoever fails, lies or dawdles', async (t) => {
  const kinds = [endorses('x'), endorses('y', 2), fails(), refuses(1)]
  for (let choice = 0; choice < kinds.length ** 4; choice++) {
    const of = (place: number): Endorser => kinds[Math.floor(choice / kinds.length ** place) % kinds.length] ?? fails()
    const endorsers = { a: of(0), b: of(1), c: of(2), d: of(3) }
    const { collected } = await run(endorsers)
    const most = Math.max(...['x', 'y'].map((result) => Object.values(endorsers).filter((endorser) => endorser.result === result).length))
    if ((collected.endorsed?.length ?? 0) !== (most >= 3 ? 3 : 0)) t.fail(`wrong for choice ${choice}`)
  }
  t.pass('all 256')
})

interface Endorser { readonly answer: Answer, readonly milliseconds: number, readonly result?: string }

async function run (endorsers: Readonly<Record<string, Endorser>>, options: { rank?: (name: string) => number, plan?: EndorsementPlan, isRefused?: (answers: ReadonlyMap<string, Answer>) => boolean } = {}): Promise<{ asked: string[], collected: Collected }> {
  const asked: string[] = []
  const collected = await collectEndorsements({
    plan: options.plan ?? threeOfFour,
    rank: options.rank ?? (() => 0),
    isRefused: options.isRefused ?? (() => true),
    slowAfterMilliseconds: 50,
    ask: async (name) => {
      asked.push(name)
      const endorser = endorsers[name] ?? fails()
      await sleep(endorser.milliseconds, undefined, { ref: endorser.milliseconds < 1_000 })
      return endorser.answer
    },
  })
  return { asked, collected }
}

function endorses (result: string, milliseconds = 0): Endorser {
  return { answer: { kind: 'endorsed', payload: Buffer.from(result), endorsement: new peer.Endorsement() }, milliseconds, result }
}

function refuses (milliseconds = 0): Endorser {
  return { answer: { kind: 'refused', message: 'no' }, milliseconds }
}

function fails (): Endorser {
  return { answer: { kind: 'failed', cause: new Error('down') }, milliseconds: 0 }
}

function payload ({ payload }: { readonly payload: Uint8Array }): string {
  return Buffer.from(payload).toString()
}
