import fc from 'fast-check'
import t from 'tap'
import { toHex } from '../src/bytes.ts'
import { directoryRange, encodeRecord, isRecordSection, recordKeys, recordSections, sectionRange } from '../src/records.ts'
import { bytes } from './support/arbitraries.ts'

const id = fc.oneof(fc.constant('a'.repeat(64)), bytes(32).map(toHex))
const member = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,20}$/)
const sectionOf = {
  definition: 'definition',
  state: 'state',
  ceremony: 'ceremony',
  keys: 'keys',
  registrar: 'registrar',
  opening: 'opening',
  issuance: 'issuance',
  ballot: 'ballot',
  tracker: 'tracker',
  count: 'count',
  trial: 'trial',
  boxRoot: 'box-root',
  decryption: 'decryption',
  result: 'result',
  voidVote: 'void-vote',
} as const

t.test('every key of an election lies in its own section\'s range and in no other\'s', async () => {
  fc.assert(fc.property(id, id, bytes(32).map(toHex), fc.nat(15), fc.nat(63), member, (electionId, otherId, hash, registrar, trustee, msp) => {
    const keys = {
      definition: recordKeys.definition(electionId),
      state: recordKeys.state(electionId),
      ceremony: recordKeys.ceremony(electionId, 'deal', trustee),
      keys: recordKeys.keys(electionId),
      registrar: recordKeys.registrar(electionId, registrar),
      opening: recordKeys.opening(electionId),
      issuance: recordKeys.issuance(electionId, registrar, hash),
      ballot: recordKeys.ballot(electionId, hash),
      tracker: recordKeys.tracker(electionId, hash),
      count: recordKeys.count(electionId),
      decryption: recordKeys.decryption(electionId, trustee),
      result: recordKeys.result(electionId),
      voidVote: recordKeys.voidVote(electionId, msp),
    }
    return Object.entries(keys).every(([name, key]) => recordSections.every((section) => {
      const { start, end } = sectionRange(electionId, section)
      const inside = key >= start && key < end
      const elsewhere = sectionRange(otherId, section)
      return inside === (sectionOf[name as keyof typeof keys] === section) && (otherId === electionId || !(key >= elsewhere.start && key < elsewhere.end))
    }))
  }))
})

t.test('keys outside elections lie in no section', async (t) => {
  const electionId = 'ab'.repeat(32)
  for (const key of [recordKeys.announced('2027-01-01T00:00:00.000Z', electionId), recordKeys.directory('gateway', 'MemberA', 'cd'.repeat(32)), recordKeys.modulus('ef'.repeat(32))]) {
    for (const section of recordSections) t.notOk(key >= sectionRange(electionId, section).start && key < sectionRange(electionId, section).end)
  }
})

t.test('a member\'s entries of the directory lie in its range alone', async (t) => {
  const { start, end } = directoryRange('gateway', 'A')
  const lies = (key: string): boolean => key >= start && key < end
  t.ok(lies(recordKeys.directory('gateway', 'A', '00'.repeat(32))) && lies(recordKeys.directory('gateway', 'A', 'ff'.repeat(32))))
  for (const mspId of ['A-b', 'A.b', 'A0', 'B', 'a']) t.notOk(lies(recordKeys.directory('gateway', mspId, 'cd'.repeat(32))), mspId)
  t.notOk(lies(recordKeys.directory('registrar', 'A', 'cd'.repeat(32))))
})

t.test('keys sort as their numbers do', async (t) => {
  const keys = Array.from({ length: 64 }, (_, trustee) => recordKeys.decryption('ab', trustee))
  t.same(keys.toSorted(), keys)
})

t.test('sections are known by name', async (t) => {
  t.ok(isRecordSection('void-vote'))
  t.notOk(isRecordSection('secrets'))
})

t.test('records are canonical JSON', async (t) => {
  t.equal(new TextDecoder().decode(encodeRecord({ b: 1, a: 'é' })), '{"a":"é","b":1}')
})
