import t from 'tap'
import { canonicalBytes } from '../src/canonical-json.ts'
import { recordKeys } from '../src/records.ts'
import { mostIssuancesAtOnce, mostIssuancesFor, mostTransactionBytes } from '../src/transaction-size.ts'

const hash = 'f'.repeat(64)

t.test('issuances of a full batch fit into a transaction, however long their paths', async (t) => {
  for (const size of [1, 2, 1000, 2300, 100_000, 100_000_000]) {
    const path = Array.from({ length: Math.ceil(Math.log2(size)) }, () => hash)
    const signed = { message: { registrar: 15, place: { classIndex: 15, commitment: hash, index: size - 1, path }, blinded: hash }, signature: hash + hash }
    const bytes = 2 * canonicalBytes(signed).length + 2 * recordKeys.issuance(hash, 15, hash).length
    t.ok(mostIssuancesFor(size) * bytes <= mostTransactionBytes, `${mostIssuancesFor(size)} of ${bytes} bytes`)
    t.ok(mostIssuancesFor(size) >= 50 && mostIssuancesFor(size) <= mostIssuancesAtOnce)
  }
})
