/** Which words on a release of the booth an audit takes: a member's own. */
import t from 'tap'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import { explainBooth } from '../src/explain/booth.ts'
import { parsePath } from '../src/ledger-paths.ts'

t.test('a member speaks for itself, and of this moment', async (t) => {
  const timeMs = Date.UTC(2026, 10, 25)
  const word = { version: '1.0.0', approved: true, at: '2026-11-25T00:00:00.000Z' }
  const explain = (value: unknown, { role = 'organiser', mspId = 'MemberA', of = 'MemberA' } = {}): void => { explainBooth({ role, mspId, timeMs, writes: new Map() }, of, canonicalBytes(value)) }
  const hash = 'ab'.repeat(32)
  t.same(parsePath(recordKeys.booth(hash, 'MemberA')), { kind: 'booth', name: hash, mspId: 'MemberA' })
  t.equal(parsePath('booth/x/MemberA'), undefined)
  explain(word)
  t.throws(() => { explain(word, { of: 'MemberB' }) }, /speaks for MemberB/)
  t.throws(() => { explain(word, { role: 'gateway' }) }, /speaks for/)
  t.throws(() => { explain({ ...word, at: '2026-11-24T00:00:00.000Z' }) }, /the transaction is of/)
  t.throws(() => { explain({ ...word, by: 'MemberB' }) }, { code: 'input.malformed' })
})
