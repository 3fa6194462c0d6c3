import t from 'tap'
import {
  assertInclusionStatement, assertReceipt, type Inclusion, inclusionsHold, type InclusionStatement, signInclusions, statementsNeeded, statementsOf,
} from '../src/receipt.ts'
import { pointToHex } from '../src/group.ts'
import { generateKeyPair, type KeyPair } from '../src/schnorr.ts'
import { refuses } from './support/refuses.ts'

const inclusion = { electionId: 'ab'.repeat(32), tracker: 'cd'.repeat(32), transactionId: 'ef'.repeat(32), blockNumber: '12' }
const keys = generateKeyPair()
const stateInclusion = (one: Inclusion, mspId: string, by: KeyPair): InclusionStatement => statementsOf([one], signInclusions([one], mspId, by))[0]!
const statement = stateInclusion(inclusion, 'MemberA', keys)

t.test('a statement of inclusion holds as it was signed', async (t) => {
  assertInclusionStatement(inclusion, statement)
  assertInclusionStatement({ ...inclusion, statements: [] } as typeof inclusion, statement)
  t.equal(statement.key, pointToHex(keys.publicKey))
})

t.test('every word of it counts', async (t) => {
  for (const name of ['electionId', 'tracker', 'transactionId', 'blockNumber'] as const) {
    refuses(t, 'receipt.signature', () => { assertInclusionStatement({ ...inclusion, [name]: `${inclusion[name]}0` }, statement) })
  }
  refuses(t, 'receipt.signature', () => { assertInclusionStatement(inclusion, { ...statement, mspId: 'MemberB' }) })
  refuses(t, 'receipt.signature', () => { assertInclusionStatement(inclusion, { ...statement, key: pointToHex(generateKeyPair().publicKey) }) })
})

t.test('many are stated under one signature, and each statement stands for its own ballot only', async (t) => {
  for (const size of [1, 2, 3, 5, 8, 13]) {
    const all = Array.from({ length: size }, (_, i) => ({ ...inclusion, tracker: (16 + i).toString(16).repeat(32) }))
    const signed = signInclusions(all, 'MemberA', keys)
    t.ok(inclusionsHold(all, signed))
    const statements = statementsOf(all, signed)
    for (const [i, statement] of statements.entries()) {
      assertInclusionStatement(all[i]!, statement)
      refuses(t, 'receipt.signature', () => { assertInclusionStatement(inclusion, statement) })
      for (const other of all) if (other !== all[i]) refuses(t, 'receipt.signature', () => { assertInclusionStatement(other, statement) })
      for (const changes of [
        { size: size + 1 }, { size: 2 ** 40 }, { size: 0 }, { size: -1 }, { size: Number.NaN }, { index: i + 1 }, { index: -1 }, { index: 0.5 },
        { path: [...statement.path, '00'.repeat(32)] }, { path: [...statement.path, 'no hash'] }, ...(size > 1 ? [{ path: statement.path.slice(1) }, { path: [] }] : []),
      ]) refuses(t, 'receipt.signature', () => { assertInclusionStatement(all[i]!, { ...statement, ...changes }) })
    }
    t.notOk(inclusionsHold(all.slice(1), signed))
    t.notOk(inclusionsHold([...all, inclusion], signed))
    t.notOk(inclusionsHold(all, { ...signed, mspId: 'MemberB' }))
    if (size > 1) t.notOk(inclusionsHold(all.toReversed(), signed))
  }
  t.notOk(inclusionsHold([], signInclusions([inclusion], 'MemberA', keys)))
  t.throws(() => signInclusions([], 'MemberA', keys), { code: 'input.malformed' })
})

t.test('a node of the tree is no leaf', async (t) => {
  const all = ['01', '02', '03', '04'].map((tracker) => ({ ...inclusion, tracker: tracker.repeat(32) }))
  const [first] = statementsOf(all, signInclusions(all, 'MemberA', keys))
  // half the tree, taken for a tree of two: the size is signed
  refuses(t, 'receipt.signature', () => { assertInclusionStatement(all[0]!, { ...first!, size: 2, path: first!.path.slice(0, 1) }) })
})

t.test('f + 1 of n members are needed, f = floor((n - 1) / 3)', async (t) => {
  t.same([1, 2, 3, 4, 5, 6, 7, 9, 10, 100].map(statementsNeeded), [1, 1, 1, 2, 2, 2, 3, 3, 4, 34])
})

t.test('a receipt needs statements of enough different members of the definition', async (t) => {
  const members = ['MemberA', 'MemberB', 'MemberC', 'MemberD']
  const gateway = (mspId: string) => ({ mspId, keys: generateKeyPair() })
  const [a, otherA, b, stranger] = [gateway('MemberA'), gateway('MemberA'), gateway('MemberB'), gateway('Stranger')] as const
  const entries = new Map([a, otherA, b, stranger].map(({ mspId, keys }) => [pointToHex(keys.publicKey), mspId]))
  const rules = { electionId: inclusion.electionId, members, gatewayMember: (key: string) => entries.get(key) }
  const by = ({ mspId, keys }: typeof a, changes: Partial<typeof inclusion> = {}): InclusionStatement => stateInclusion({ ...inclusion, ...changes }, mspId, keys)
  const check = (statements: readonly InclusionStatement[], tracker = inclusion.tracker, changes: Partial<typeof inclusion> = {}) => (): void => {
    assertReceipt(rules, { ...inclusion, statements, ...changes }, tracker)
  }

  check([by(a), by(b)])()
  check([by(b), by(a), by(otherA)])()
  refuses(t, 'receipt.statements', check([]))
  refuses(t, 'receipt.statements', check([by(a)]))
  refuses(t, 'receipt.statements', check([by(a), by(a)]), /1 of 2/)
  refuses(t, 'receipt.statements', check([by(a), by(otherA)]))
  refuses(t, 'receipt.signature', check([by(a), by(stranger)]), /Stranger/)
  refuses(t, 'receipt.signature', check([by(a), by(gateway('MemberC'))]), /no gateway with this key/)
  refuses(t, 'receipt.signature', check([by(a), { ...by(b), mspId: 'MemberC' }]))
  refuses(t, 'receipt.signature', check([by(a), { ...by(a), mspId: 'MemberB', key: by(b).key }]))
  for (const changes of [{ electionId: '00'.repeat(32) }, { tracker: '00'.repeat(32) }, { transactionId: '00'.repeat(32) }, { blockNumber: '13' }]) {
    refuses(t, 'receipt.signature', check([by(a), by(b, changes)]))
  }
  refuses(t, 'receipt.signature', check([by(a), by(b)], '00'.repeat(32)), /another ballot/)
  const elsewhere = { electionId: '00'.repeat(32) }
  refuses(t, 'receipt.signature', check([by(a, elsewhere), by(b, elsewhere)], inclusion.tracker, elsewhere), /another ballot/)
})
