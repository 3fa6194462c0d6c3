import fc from 'fast-check'
import t from 'tap'
import { ceremonyTranscript, checkCommit, checkDeal, contributionHash, type DealMessage, electionKeys, parseCeremonyMessage, verificationKeys } from '../src/ceremony.ts'
import { basePoint, identity, modOrder, multiply, type Point, pointFromHex, randomScalar, scalarFromHex, scalarToHex, sumPoints } from '../src/group.ts'
import { BadShareError, type CeremonySecrets, commitMessage, confirmMessage, dealMessage, drawSecrets, receiveShares } from '../src/hold-shares.ts'
import { combineAtZero } from './support/combine-at-zero.ts'
import { heldCeremony } from './support/held-ceremony.ts'
import { refuses } from './support/refuses.ts'

const { context, secrets, commits, deals } = heldCeremony(3, 2, 2)

t.test('honest commits and deals pass, and their messages are read in their exact form', async (t) => {
  for (const [i, commit] of commits.entries()) {
    checkCommit(context, commit)
    checkDeal(context, deals[i]!, commit)
    t.same(parseCeremonyMessage(commit), commit)
    t.same(parseCeremonyMessage(deals[i]), deals[i])
  }
  const confirm = confirmMessage(context, 1, commits, deals, [0, 1, 2])
  t.same(parseCeremonyMessage(confirm), confirm)
  for (const wrong of [null, {}, { ...confirm, round: 'commit' }, { ...confirm, more: 1 }, { ...confirm, trustee: 64 }, { ...commits[0], commitment: 'AB'.repeat(32) }]) {
    refuses(t, 'input.malformed', () => parseCeremonyMessage(wrong))
  }
})

t.test('any t of n trustees hold the election\'s keys together, and fewer do not', async () => {
  const sizes = fc.integer({ min: 1, max: 5 }).chain((n) => fc.record({ n: fc.constant(n), t: fc.integer({ min: Math.floor(n / 2) + 1, max: n }), keys: fc.integer({ min: 1, max: 2 }) }))
  fc.assert(fc.property(sizes, ({ n, t: threshold, keys }) => {
    const held = heldCeremony(n, threshold, keys)
    const expected = electionKeys(held.deals)
    const shares = held.secrets.map((secret, trustee) => receiveShares(held.context, trustee, secret, held.deals).map(scalarFromHex))
    const combined = (trustees: readonly number[], slot: number): Point => multiply(basePoint, combineAtZero(trustees.map((trustee) => [trustee, shares[trustee]![slot]!])))
    return expected.every((key, slot) => subsets(n).every((trustees) => combined(trustees, slot).equals(key) === (trustees.length >= threshold)))
  }), { numRuns: 8 })
})

const subsets = (n: number): number[][] => Array.from({ length: 2 ** n - 1 }, (_, bits) => Array.from({ length: n }, (_, i) => i).filter((i) => ((bits + 1) >>> i & 1) === 1))

t.test('verification keys are the public side of the shares', async (t) => {
  secrets.forEach((secret, trustee) => {
    const shares = receiveShares(context, trustee, secret, deals).map(scalarFromHex)
    t.ok(verificationKeys(deals, trustee).every((key, slot) => key.equals(multiply(basePoint, shares[slot]!))))
  })
})

t.test('the keys of different slots are independent: none is another', async (t) => {
  const keys = electionKeys(heldCeremony(2, 2, 5).deals).map((key) => key.toHex())
  t.equal(new Set(keys).size, 5)
})

t.test('trustees confirm the same transcript, and every word of it counts', async (t) => {
  const all = [0, 1, 2]
  const transcript = ceremonyTranscript(context, commits, deals, all)
  t.same(all.map((trustee) => confirmMessage(context, trustee, commits, deals, all).transcript), [transcript, transcript, transcript])
  t.not(ceremonyTranscript(context, commits.toReversed(), deals, all), transcript)
  t.not(ceremonyTranscript({ ...context, electionId: new Uint8Array(32) }, commits, deals, all), transcript)
  t.not(ceremonyTranscript(context, commits, [deals[0]!, deals[1]!, { ...deals[2]!, nonce: 'ab'.repeat(32) }], all), transcript)
  t.not(ceremonyTranscript(context, commits, deals, [0, 1]), transcript)
})

t.test('cheating: an encryption key that is not proven to be one\'s own', async (t) => {
  const [mine, theirs] = commits as [typeof commits[number], typeof commits[number]]
  const stolen = { ...mine, encryptionKey: theirs.encryptionKey }
  refuses(t, 'ceremony.proof', () => { checkCommit(context, stolen) })
  refuses(t, 'ceremony.proof', () => { checkCommit(context, { ...stolen, encryptionProof: theirs.encryptionProof }) })
  refuses(t, 'ceremony.proof', () => { checkCommit({ ...context, electionId: new Uint8Array(32) }, mine) })
  refuses(t, 'ceremony.proof', () => { checkCommit(context, { ...mine, encryptionKey: identity.toHex() }) })
  refuses(t, 'ceremony.proof', () => { checkCommit(context, { ...mine, encryptionProof: 'ff'.repeat(64) }) })
})

t.test('cheating: another contribution than the one committed to', async (t) => {
  const other = dealMessage(context, 0, drawSecrets(context), commits)
  refuses(t, 'ceremony.commitment', () => { checkDeal(context, other, commits[0]!) })
  refuses(t, 'ceremony.commitment', () => { checkDeal(context, { ...deals[0]!, nonce: 'ab'.repeat(32) }, commits[0]!) })
  refuses(t, 'ceremony.commitment', () => { checkDeal(context, deals[0]!, commits[1]!) })
})

t.test('cheating: the contribution of another trustee taken over, commitment and all', async (t) => {
  const copied = { ...commits[0]!, trustee: 1 }
  refuses(t, 'ceremony.proof', () => { checkCommit(context, copied) })
  refuses(t, 'ceremony.commitment', () => { checkDeal(context, { ...deals[0]!, trustee: 1 }, copied) })
})

/** A deal whose commitment fits, so that only the later checks are left to refuse it. */
function committedDeal (change: (deal: DealMessage) => DealMessage, trustee = 0): { deal: DealMessage, check: () => void } {
  const deal = change(deals[trustee]!)
  const commit = commitTo(deal)
  return { deal, check: () => { checkDeal(context, deal, commit) } }
}

function commitTo (deal: DealMessage): typeof commits[number] {
  return { ...commits[deal.trustee]!, commitment: contributionHash(context, deal.trustee, deal.commitments, deal.nonce) }
}

t.test('cheating: a key made to cancel the others\' (a rogue key) cannot be proven', async (t) => {
  // The last to deal wants the sum of all constants to be a key of his own.
  const own = multiply(basePoint, randomScalar())
  const others = sumPoints(deals.slice(0, 2).map((deal) => pointFromHex(deal.commitments[0]![0]!)))
  const rogue = own.subtract(others).toHex()
  const { check } = committedDeal((deal) => ({ ...deal, commitments: [[rogue, ...deal.commitments[0]!.slice(1)], deal.commitments[1]!] }), 2)
  refuses(t, 'ceremony.proof', check, /knowledge/)
})

t.test('cheating: proofs of knowledge of another slot, trustee or election', async (t) => {
  refuses(t, 'ceremony.proof', committedDeal((deal) => ({ ...deal, proofs: deal.proofs.toReversed() })).check)
  refuses(t, 'ceremony.proof', committedDeal((deal) => ({ ...deal, proofs: deals[1]!.proofs })).check)
  const swapped = committedDeal((deal) => ({ ...deal, proofs: deal.proofs.toReversed(), commitments: deal.commitments.toReversed() }))
  refuses(t, 'ceremony.proof', swapped.check)
  const elsewhere = { ...context, electionId: new Uint8Array(32) }
  const replayed = { ...commits[0]!, commitment: contributionHash(elsewhere, 0, deals[0]!.commitments, deals[0]!.nonce) }
  refuses(t, 'ceremony.proof', () => { checkDeal(elsewhere, deals[0]!, replayed) })
})

t.test('cheating: a deal of another form', async (t) => {
  const forms: Record<string, (deal: DealMessage) => DealMessage> = {
    'a coefficient too few': (deal) => ({ ...deal, commitments: deal.commitments.map((row) => row.slice(0, -1)) }),
    'a coefficient too many': (deal) => ({ ...deal, commitments: deal.commitments.map((row) => [...row, row[0]!]) }),
    'a slot too few': (deal) => ({ ...deal, commitments: deal.commitments.slice(1), proofs: deal.proofs.slice(1) }),
    'a proof too few': (deal) => ({ ...deal, proofs: deal.proofs.slice(1) }),
    'a share too few': (deal) => ({ ...deal, shares: deal.shares.slice(1) }),
    'a share for oneself': (deal) => ({ ...deal, shares: deal.shares.map((share, i) => i === 0 ? { ...share, recipient: deal.trustee } : share) }),
    'two shares for one': (deal) => ({ ...deal, shares: deal.shares.map(() => deal.shares[0]!) }),
    'shares in another order': (deal) => ({ ...deal, shares: deal.shares.toReversed() }),
    'a share of a slot missing': (deal) => ({ ...deal, shares: deal.shares.map((share) => ({ ...share, masked: share.masked.slice(1) })) }),
  }
  for (const [name, change] of Object.entries(forms)) await t.test(name, async (t) => { refuses(t, 'input.malformed', committedDeal(change).check) })
})

t.test('cheating: the identity or what is no encoding anywhere in a deal', async (t) => {
  for (const bad of [identity.toHex(), 'ff'.repeat(32)]) {
    refuses(t, 'ceremony.proof', committedDeal((deal) => ({ ...deal, commitments: [[bad, deal.commitments[0]![1]!], deal.commitments[1]!] })).check)
    refuses(t, 'ceremony.proof', committedDeal((deal) => ({ ...deal, commitments: [[deal.commitments[0]![0]!, bad], deal.commitments[1]!] })).check)
    refuses(t, 'ceremony.proof', committedDeal((deal) => ({ ...deal, shares: deal.shares.map((share) => ({ ...share, ephemeralKey: bad })) })).check)
  }
  refuses(t, 'ceremony.proof', committedDeal((deal) => ({ ...deal, shares: deal.shares.map((share) => ({ ...share, masked: ['ff'.repeat(32), share.masked[1]!] })) })).check)
  refuses(t, 'ceremony.proof', committedDeal((deal) => ({ ...deal, proofs: ['ff'.repeat(64), deal.proofs[1]!] })).check)
})

t.test('cheating: a share that does not fit names its dealer', async (t) => {
  const spoil = (deal: DealMessage): DealMessage => ({
    ...deal,
    shares: deal.shares.map((share) => share.recipient === 2 ? { ...share, masked: [share.masked[0]!, scalarToHex(modOrder(scalarFromHex(share.masked[1]!) + 1n))] } : share),
  })
  const bad = [deals[0]!, spoil(deals[1]!), deals[2]!]
  checkDeal(context, bad[1]!, commits[1]!) // nobody but the recipient sees it
  t.throws(() => receiveShares(context, 2, secrets[2]!, bad), { name: 'ScrutinError', code: 'ceremony.share', dealer: 1 })
  t.doesNotThrow(() => receiveShares(context, 0, secrets[0]!, bad), 'the others\' shares fit')
})

t.test('cheating: shares encrypted for somebody else, by somebody else, or not there', async (t) => {
  const blamed = (bad: readonly DealMessage[]): void => {
    try {
      receiveShares(context, 2, secrets[2]!, bad)
      t.fail('a bad share was taken')
    } catch (error) {
      t.ok(error instanceof BadShareError && error.dealer === 1)
    }
  }
  const shareFor = (deal: DealMessage, recipient: number): DealMessage['shares'][number] => deal.shares.find((share) => share.recipient === recipient)!
  const withShare = (share: DealMessage['shares'][number]): DealMessage[] => [deals[0]!, { ...deals[1]!, shares: [deals[1]!.shares[0]!, share] }, deals[2]!]
  blamed(withShare({ ...shareFor(deals[1]!, 0), recipient: 2 }))
  blamed(withShare(shareFor(deals[0]!, 2)))
  blamed(withShare({ ...shareFor(deals[1]!, 2), masked: shareFor(deals[1]!, 2).masked.toReversed() }))
  blamed(withShare({ ...shareFor(deals[1]!, 2), masked: [] }))
  blamed(withShare({ ...shareFor(deals[1]!, 2), masked: ['ff'.repeat(32), 'ff'.repeat(32)] }))
  blamed([deals[0]!, { ...deals[1]!, shares: deals[1]!.shares.slice(0, 1) }, deals[2]!])
})

t.test('cheating: one polynomial in the commitments, another in the shares', async (t) => {
  const others: CeremonySecrets = { ...secrets[1]!, polynomials: drawSecrets(context).polynomials }
  const mixed = { ...dealMessage(context, 1, others, commits), nonce: deals[1]!.nonce, commitments: deals[1]!.commitments, proofs: deals[1]!.proofs }
  checkDeal(context, mixed, commits[1]!)
  t.throws(() => receiveShares(context, 0, secrets[0]!, [deals[0]!, mixed, deals[2]!]), { code: 'ceremony.share', dealer: 1 })
})

t.test('the same secrets give the same commit, so that a trustee may ask again after a crash', async (t) => {
  const again = commitMessage(context, 0, secrets[0]!)
  t.equal(again.commitment, commits[0]!.commitment)
  t.equal(again.encryptionKey, commits[0]!.encryptionKey)
})
