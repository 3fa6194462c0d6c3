/** Attacks on a trustee by those who show it blocks: chains of Fabric with the test's own signatures (chain/test/support), the real contract's records in them. */
import t, { type Test } from 'tap'
import { announce, codeOf } from '../../chaincode/test/support/staged-election.ts'
import { draftLedger } from '../../chain/test/support/drafted-election.ts'
import { channel, testConsortium, writeChain } from '../../chain/test/support/test-chain.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { fromBase64url, toBase64url } from '../../protocol/src/bytes.ts'
import { canonicalBytes, parseCanonical } from '../../protocol/src/canonical-json.ts'
import { cutOffMs, slotRules } from '../../protocol/src/definition.ts'
import { addToTally, emptyTally } from '../../protocol/src/tally.ts'
import { decryptElection } from '../src/decrypt-election.ts'
import { blocksSource, type ElectionSource, recordsSource, requireSeveralMembers, type ShownElection } from '../src/election-sources.ts'
import { eraseElection } from '../src/erase-election.ts'
import { readElection } from '../src/read-ledger.ts'
import { recountElection } from '../src/recount-election.ts'
import { advanceCeremony } from '../src/run-ceremony.ts'
import { signRoot } from '../src/sign-root.ts'
import type { Trustee } from '../src/trustee.ts'
import { runCeremonyInTurns, type StagedTrustees, stageTrustees, voteAndCount } from './support/trustees.ts'

const members = ['MemberA', 'MemberB', 'MemberC', 'MemberD']

t.test('with two lying peers and t - 1 trustees, a chain of their own making is not decrypted', async (t) => {
  const staged = await tallied(t)
  const { election, trustees: [first, second], ledgerFile } = staged
  await decryptElection(second, election.id)
  const [honest, forgers] = await Promise.all([testConsortium(members), testConsortium(members)])
  const chain = writeChain(honest, draftLedger(honest, ledgerFile))
  // in it everything holds: the forgers made the keys of all orderers, peers and clients
  const forged = writeChain(forgers, draftLedger(forgers, ledgerFile))
  const anchor = { channel, genesis: honest.genesisHash }
  const ledger = asFabric(first.ledger, chain.length)
  const showing = (mine: readonly Uint8Array[], others: readonly Uint8Array[]): Trustee => ({ ...first, ledger, anchor, sources: [shows('MemberA', mine), shows('MemberB', others)] })

  await t.rejects(decryptElection(showing(forged, forged), election.id), { code: 'decryption.root', message: /MemberA .*chain\.anchor \(the genesis block is/ })
  await t.rejects(decryptElection(showing(chain, forged), election.id), { code: 'decryption.root', message: /MemberB .*chain\.anchor/ })
  await t.rejects(decryptElection({ ...showing(chain, chain), anchor: { channel: 'another', genesis: honest.genesisHash } }, election.id), { code: 'decryption.root', message: /chain\.anchor \(the channel is/ })
  await t.rejects(decryptElection({ ...showing(chain, chain), anchor: undefined }, election.id), { code: 'election.not-ready', message: /set anchor in trustee\.json/ })
  t.equal(first.store.election(election.id).root, undefined, 'nothing was signed')
  t.match(await decryptElection(showing(chain, chain), election.id), { signedBy: [0, 1], decrypted: true })
})

t.test('an election that a peer hides to be void is not decrypted', async (t) => {
  const staged = await tallied(t)
  const { as, election, trustees: [first, second], ledgerFile } = staged
  // the first has signed the root, the second has decrypted: one more partial decryption, and the sums are known
  await decryptElection(first, election.id)
  await decryptElection(second, election.id)
  const honest = await testConsortium(members)
  const before = draftLedger(honest, ledgerFile).length + 1
  for (const mspId of ['MemberA', 'MemberB', 'MemberC']) await (await as(mspId, 'organiser')).submit('voteVoid', [election.id, 'a registrar was robbed'])
  const chain = writeChain(honest, draftLedger(honest, ledgerFile))
  let isKnown = false
  const becomingVoid = blocksSource('MemberB', 'MemberB (its peer)', {
    ...blocksOf(chain),
    // void only after the recount
    height: async () => {
      const height = isKnown ? chain.length : before
      isKnown = true
      return BigInt(height)
    },
  })
  const liar = asFabric(stillTallied(first.ledger), before)
  const attacked: Trustee = { ...first, ledger: liar, anchor: { channel, genesis: honest.genesisHash }, sources: [shows('MemberA', chain.slice(0, before)), becomingVoid] }
  await t.rejects(decryptElection(attacked, election.id), { code: 'election.state', message: /MemberB \(its peer\) shows it void/ })
  t.equal(first.store.election(election.id).decryption, undefined, 'nothing was decrypted')
})

t.test('a restored trustee signs no second root when one peer hides the first', async (t) => {
  const { election, trustees: [first] } = await tallied(t)
  await decryptElection(first, election.id)
  await first.store.update(election.id, ({ root: _, ...rest }) => rest)
  const known = await readElection(first.ledger, election.id, first.store.publicKey)
  const { keys, shown: [honest] } = await recountElection(first, known)
  const hiding: ShownElection = { ...honest!, records: async function * (sections) { if (!sections.includes('box-root')) yield * honest!.records(sections) } }
  const rules = slotRules(election.definition)
  const another = addToTally(emptyTally(rules, 1), rules, [])
  await t.rejects(signRoot(first, known, 0, { tally: another, keys, shown: [hiding, honest!] }), { code: 'decryption.root', message: /signs no other/ })
  t.equal(first.store.election(election.id).root, undefined)
})

t.test('a trustee without an anchor keeps the chain that several members show before it commits, and takes part on no other', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees: [first], restarted } = staged
  await announce(as, election)
  const [honest, forgers] = await Promise.all([testConsortium(members), testConsortium(members)])
  const asking = (trustee: Trustee, ...sources: ElectionSource[]): Trustee => ({ ...trustee, ledger: asFabric(trustee.ledger, 1), sources })
  const [own, other, false_] = [shows('MemberA', [honest.genesis]), shows('MemberB', [honest.genesis]), shows('MemberB', [forgers.genesis])]
  const down: ElectionSource = { ...other, chain: async () => { throw new Error('it is down') } }

  for (const sources of [[own], [own, down], [own, shows('MemberA', [honest.genesis])], [own, shows('Stranger', [honest.genesis])]]) {
    t.equal(await codeOf(advanceCeremony(asking(first!, ...sources), election.id)), 'election.not-ready', 'one member alone is not believed')
  }
  await t.rejects(advanceCeremony(asking(first!, own, false_), election.id), { code: 'root.sources-differ', message: /MemberB/ })
  t.equal(first!.store.election(election.id).commit, undefined)
  t.equal(first!.store.chain, undefined)
  t.equal(await advanceCeremony(asking(first!, own, other), election.id), 'waiting')
  t.strictSame(first!.store.chain, { channel, genesis: honest.genesisHash })

  const again = await restarted(0)
  t.equal(await advanceCeremony(asking(again, shows('MemberA', [forgers.genesis]), false_), election.id), 'waiting', 'asks no second time')
  t.strictSame(again.store.chain, { channel, genesis: honest.genesisHash })
  await t.rejects(advanceCeremony({ ...asking(again, own, other), anchor: { channel, genesis: forgers.genesisHash } }, election.id), { code: 'root.sources-differ', message: /trustee\.json names the chain/ })
})

t.test('f + 1 different members of the election must be asked', (t) => {
  const named = (n: number): string[] => Array.from({ length: n }, (_, i) => `Member${i}`)
  for (const [n, needed] of [[1, 1], [2, 2], [4, 2], [6, 2], [7, 3], [10, 4]] as const) {
    const election = { members: named(n) } as unknown as Parameters<typeof requireSeveralMembers>[2]
    const sources = (count: number): ElectionSource[] => [...named(count), 'Member0', 'Stranger'].map((mspId) => shows(mspId, []))
    requireSeveralMembers({ kind: 'fabric' }, sources(needed), election)
    if (needed > 1) t.throws(() => { requireSeveralMembers({ kind: 'fabric' }, sources(needed - 1), election) }, { code: 'election.not-ready', message: /the peers of \d+ members/ })
  }
  t.end()
})

t.test('no peer\'s word alone has shares erased', async (t) => {
  const staged = await tallied(t)
  const { as, election, trustees: [first] } = staged
  const shares = first.store.election(election.id).shares
  for (const status of ['cancelled', 'keyed', 'void']) {
    t.equal(await advanceCeremony({ ...first, ledger: claiming(first.ledger, status) }, election.id), 'over')
    t.strictSame(first.store.election(election.id).shares, shares)
  }
  const cancelling = recordsSource(claiming(first.ledger, 'cancelled'), 'MemberA (its own peer)')
  const honest = recordsSource(first.ledger, 'MemberB (its peer)')
  const [early, late] = [cutOffMs(election.definition) - 1, cutOffMs(election.definition)]
  await t.rejects(eraseElection({ ...first, sources: [cancelling, honest] }, election.id, late), { code: 'election.state', message: /MemberB \(its peer\) shows it tallied/ })
  await t.rejects(eraseElection({ ...first, sources: [cancelling, cancelling] }, election.id, early), { code: 'election.too-early' })
  await t.rejects(eraseElection({ ...first, ledger: asFabric(first.ledger, 1), sources: [cancelling] }, election.id, late), { code: 'election.not-ready' })
  t.strictSame(first.store.election(election.id).shares, shares)

  await decryptElection(first, election.id)
  for (const mspId of ['MemberA', 'MemberB', 'MemberC']) await (await as(mspId, 'organiser')).submit('voteVoid', [election.id, 'a registrar was robbed'])
  t.equal(await eraseElection({ ...first, sources: [honest, recordsSource(first.ledger)] }, election.id, late), 'void')
  const { shares: left, root } = first.store.election(election.id)
  t.equal(left, undefined)
  t.ok(root, 'what was signed is kept')
})

/** Three trustees, keyed, one ballot, counted. */
async function tallied (t: Test): Promise<StagedTrustees & { readonly trustees: readonly [Trustee, Trustee, Trustee] }> {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  await announce(staged.as, staged.election)
  await runCeremonyInTurns(staged)
  await voteAndCount(staged, [['blank']])
  return staged as Awaited<ReturnType<typeof tallied>>
}

function blocksOf (chain: readonly Uint8Array[]): Parameters<typeof blocksSource>[2] {
  return {
    height: async () => BigInt(chain.length),
    blocks: async function * (from, to) { for (const bytes of chain.slice(Number(from), Number(to) + 1)) yield { bytes } },
    close: () => {},
  }
}

function shows (mspId: string, chain: readonly Uint8Array[]): ElectionSource {
  return blocksSource(mspId, `${mspId} (its peer)`, blocksOf(chain))
}

/** The same ledger, as one whose blocks members signed. */
function asFabric (ledger: Ledger, height: number): Ledger {
  return replaced(ledger, { kind: 'fabric', status: async () => ({ height: BigInt(height), blockHash: '' }) })
}

function stillTallied (ledger: Ledger): Ledger {
  return replaced(claiming(ledger, 'tallied'), { submit: async () => ({ transactionId: '', result: new Uint8Array(0), blockNumber: 0n, index: 0 }) })
}

/** A peer that shows the election in this state. */
function claiming (ledger: Ledger, status: string): Ledger {
  return replaced(ledger, {
    evaluate: async (transaction, args) => {
      const answer = await ledger.evaluate(transaction, args)
      if (transaction === 'readRecords' && args[1] === 'state') {
        const page = JSON.parse(new TextDecoder().decode(answer)) as { records: { value: string }[] }
        const lie = (value: string): string => toBase64url(canonicalBytes({ ...parseCanonical(fromBase64url(value)) as object, status }))
        return new TextEncoder().encode(JSON.stringify({ ...page, records: page.records.map((record) => ({ ...record, value: lie(record.value) })) }))
      }
      if (transaction !== 'readElection') return answer
      const view = JSON.parse(new TextDecoder().decode(answer)) as { state: object }
      return new TextEncoder().encode(JSON.stringify({ ...view, state: { ...view.state, status } }))
    },
  })
}

function replaced (ledger: Ledger, parts: Partial<Ledger>): Ledger {
  return new Proxy(ledger, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Reflect.has(parts, name) ? parts : target, name)
      return typeof value === 'function' ? value.bind(target) as unknown : value
    },
  })
}
