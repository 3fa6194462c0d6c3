import t from 'tap'
import { assertInclusionStatement, assertReceipt, type InclusionStatement, stateInclusion, statementsNeeded } from '../src/receipt.ts'
import { pointToHex } from '../src/group.ts'
import { generateKeyPair } from '../src/schnorr.ts'
import { refuses } from './support/refuses.ts'

const inclusion = { electionId: 'ab'.repeat(32), tracker: 'cd'.repeat(32), transactionId: 'ef'.repeat(32), blockNumber: '12' }
const keys = generateKeyPair()
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
