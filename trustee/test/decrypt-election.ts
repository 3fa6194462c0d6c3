import t from 'tap'
import { announce, readElectionView } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { fromBase64url, toBase64url } from '../../protocol/src/bytes.ts'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { slotRules } from '../../protocol/src/definition.ts'
import type { CountRecord, ExportedRecord } from '../../protocol/src/records.ts'
import { addToTally, emptyTally, tallyToJson } from '../../protocol/src/tally.ts'
import type { SampleElection } from '../../protocol/test/support/sample-election.ts'
import { decryptElection } from '../src/decrypt-election.ts'
import { runCeremonyInTurns, stageTrustees, voteAndCount } from './support/trustees.ts'

t.test('what the ledger counted is decrypted only if it is what the ballots give', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  await runCeremonyInTurns(staged)
  await voteAndCount(staged, [[{ choose: ['option-1'] }], ['blank'], [{ choose: ['option-3'] }]])
  const [first, second] = trustees
  const behind = (lie: Lie): typeof first => ({ ...first!, ledger: lyingPeer(first!.ledger, lie) })

  await t.rejects(decryptElection(behind({ ballots: withoutFirst() })!, election.id), { code: 'decryption.root', message: /trackers .*box-root/ }, 'a ballot is hidden')
  await t.rejects(decryptElection(behind({ count: (count) => ({ ...count, sums: [[{ ...count.sums[0]![0]!, alpha: count.sums[0]![0]!.betas[0]! }]] }) })!, election.id),
    { code: 'decryption.root', message: /sums/ }, 'a sum is not that of the ballots')
  t.equal(first!.store.election(election.id).decryption, undefined)
  t.strictSame((await readElectionView(as, election)).decryptions, [])

  // A peer that recomputes everything can hide a ballot; but a trustee that has decrypted one box never decrypts another.
  const { boxRoot } = await decryptElection(first!, election.id)
  const count = recountWithoutFirst(election)
  await t.rejects(decryptElection(behind({ ballots: count.ballots, trackers: count.trackers, count: count.count })!, election.id),
    { code: 'decryption.root', message: new RegExp(`has decrypted ${boxRoot}`) }, 'a second box')
  t.match(await decryptElection(second!, election.id), { boxRoot, published: true })
})

t.test('with fewer ballots than the definition asks for, nothing is decrypted', async (t) => {
  const staged = await stageTrustees({ changes: { minBallots: 3 } })
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  await runCeremonyInTurns(staged)
  await voteAndCount(staged, [['blank'], ['blank']])
  t.match(await decryptElection(trustees[0]!, election.id), { withheld: true, published: true })
  const view = await readElectionView(as, election)
  t.match(view, { state: { status: 'published' }, result: { withheld: true, ballots: 2, questions: [] }, decryptions: [] })
  t.equal(trustees[0]!.store.election(election.id).decryption, undefined)
})

t.test('who holds no share of the election decrypts nothing', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  await runCeremonyInTurns(staged)
  await voteAndCount(staged, [['blank']])
  await trustees[0]!.store.update(election.id, () => ({}))
  await t.rejects(decryptElection(trustees[0]!, election.id), { code: 'election.not-ready', message: /holds no share/ })
})

interface Lie {
  /** Whether the record is shown. */
  readonly ballots?: (record: ExportedRecord) => boolean
  readonly trackers?: (record: ExportedRecord) => boolean
  readonly count?: (count: CountRecord) => CountRecord
}

/** Hides the first ballot that is asked for. */
function withoutFirst (): (record: ExportedRecord) => boolean {
  let hidden: string | undefined
  return ({ key }) => key !== (hidden ??= key)
}

/** A box without its first ballot, with trackers and count to match. */
function recountWithoutFirst (election: SampleElection): Required<Lie> {
  const hide = withoutFirst()
  const shown: { credentialKey: string, bytes: Uint8Array }[] = []
  const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)
  return {
    ballots: (record) => {
      const isShown = hide(record)
      if (isShown) shown.push({ credentialKey: nameOf(record.key), bytes: fromBase64url(record.value) })
      return isShown
    },
    trackers: ({ value }) => {
      const { credentialKey } = JSON.parse(new TextDecoder().decode(fromBase64url(value))) as { credentialKey: string }
      return shown.some((ballot) => ballot.credentialKey === credentialKey)
    },
    count: (count) => {
      const rules = slotRules(election.definition)
      return { ...count, ...tallyToJson(addToTally(emptyTally(rules, 1), rules, shown)) }
    },
  }
}

function lyingPeer (ledger: Ledger, lie: Lie): Ledger {
  const evaluate = async (transaction: string, args: readonly string[]): Promise<Uint8Array> => {
    const answer = await ledger.evaluate(transaction, args)
    if (transaction !== 'readRecords') return answer
    const page = JSON.parse(new TextDecoder().decode(answer)) as { records: ExportedRecord[], cursor: string | null }
    const section = args[1]
    if (section === 'ballot' && lie.ballots !== undefined) page.records = page.records.filter(lie.ballots)
    if (section === 'tracker' && lie.trackers !== undefined) page.records = page.records.filter(lie.trackers)
    if (section === 'count' && lie.count !== undefined) {
      page.records = page.records.map(({ key, value }) =>
        ({ key, value: toBase64url(canonicalBytes(lie.count!(JSON.parse(new TextDecoder().decode(fromBase64url(value))) as CountRecord))) }))
    }
    return new TextEncoder().encode(JSON.stringify(page))
  }
  return new Proxy(ledger, {
    get: (target, name) => {
      const value: unknown = name === 'evaluate' ? evaluate : Reflect.get(target, name)
      return typeof value === 'function' && name !== 'evaluate' ? value.bind(target) as unknown : value
    },
  })
}
