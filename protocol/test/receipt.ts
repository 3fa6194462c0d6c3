import t from 'tap'
import { assertInclusionStatement, stateInclusion } from '../src/receipt.ts'
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
