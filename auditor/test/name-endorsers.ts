/** Three members of four can have a false ballot written; the report names them. */
import t from 'tap'
import { draftedElection } from '../../chain/test/support/drafted-election.ts'
import { asBlocks, type DraftTransaction, writeChain } from '../../chain/test/support/test-chain.ts'
import { auditBlocks } from '../src/audit.ts'

t.setTimeout(60_000)

const { election, consortium, drafts } = await draftedElection()
const liars = consortium.members.slice(1)

/** The draft with the last bytes of its ballot changed: a signature that vouches for its credential. */
function stuffed (transaction: DraftTransaction): DraftTransaction {
  const isBallot = ({ key }: { readonly key: string }): boolean => key.includes('/ballot/')
  if (!transaction.sets.some(({ writes }) => writes?.some(isBallot))) return transaction
  const sets = transaction.sets.map((set) => set.writes === undefined
    ? set
    : { ...set, writes: set.writes.map((write) => isBallot(write) ? { ...write, value: write.value!.with(-1, write.value!.at(-1)! ^ 1) } : write) })
  return { ...transaction, sets, endorsers: liars.map(({ peer }) => peer) }
}

t.test('a ballot that holds no credential is named with those who endorsed it', async (t) => {
  const place = drafts.findIndex(({ transactions }) => transactions.some((transaction) => stuffed(transaction) !== transaction))
  const chain = drafts.map((draft, i) => i === place ? { ...draft, transactions: draft.transactions.map(stuffed) } : draft)
  const { ok, checks, result } = await auditBlocks(asBlocks(writeChain(consortium, chain)), election.id)
  t.notOk(ok)
  t.equal(result, null)
  const { detail } = checks.find(({ name }) => name === 'ballots')!
  t.match(detail, `; endorsed by ${liars.map(({ mspId }) => mspId).join(', ')}, sent by ${drafts[place]!.transactions[0]!.creator.mspId}`)
  t.ok(checks.every(({ name, ok }) => ok || !name.startsWith('chain.')), 'the blocks themselves are sound')
  t.notOk(checks.some(({ ok, detail }) => ok && detail.includes('endorsed by')), 'nobody is named for what holds')
})
