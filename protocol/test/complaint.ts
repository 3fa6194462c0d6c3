import t from 'tap'
import { checkDeal, type ComplaintMessage, contributionHash, type DealMessage, parseCeremonyMessage, qualifiedTrustees } from '../src/ceremony.ts'
import { accuse, checkComplaint } from '../src/complaint.ts'
import { toHex } from '../src/bytes.ts'
import { basePoint, modOrder, multiply, type Point, pointFromHex, pointToHex, scalarFromHex, scalarToHex } from '../src/group.ts'
import { commitMessage, complaintMessage, confirmMessage, dealMessage, drawSecrets, findBadDealers, receiveShares } from '../src/hold-shares.ts'
import { keysRecord } from '../src/opening.ts'
import { generateKeyPair, keyPairFromSecret, sign } from '../src/schnorr.ts'
import { tags } from '../src/tagged-hash.ts'
import { combineAtZero } from './support/combine-at-zero.ts'
import { heldCeremony } from './support/held-ceremony.ts'
import { refuses } from './support/refuses.ts'
import { spoilShare } from './support/sample-election.ts'

// Dealer 1 of three sends trustee 2 a share that does not fit.
const { context, secrets, commits, deals: honest } = heldCeremony(3, 2, 2)
const deals = honest.map((deal, i) => i === 1 ? spoilShare(deal, 2) : deal)
const right = complaintMessage(context, 2, secrets[2]!, [deals[1]!])
const [accusation] = right.accusations as [ComplaintMessage['accusations'][number]]
const check = (complaint: ComplaintMessage, among: readonly DealMessage[] = deals): void => { checkComplaint(context, complaint, commits, among) }

t.test('who finds a share that does not fit can show it to anyone, and the dealer is disqualified', async (t) => {
  t.strictSame(findBadDealers(context, 2, secrets[2]!, deals), [1])
  t.strictSame(findBadDealers(context, 0, secrets[0]!, deals), [], 'nobody else sees it')
  t.same(parseCeremonyMessage(right), right)
  check(right)
  t.strictSame(qualifiedTrustees(context, [right]), [0, 2])
  t.strictSame(qualifiedTrustees(context, []), [0, 1, 2])
})

t.test('the keys are those of the qualified dealers\' contributions, and the qualified trustees hold them', async (t) => {
  const qualified = [0, 2]
  const record = keysRecord(context, commits, deals, qualified)
  const contributions = qualified.map((trustee) => deals[trustee]!)
  const shares = qualified.map((trustee) => receiveShares(context, trustee, secrets[trustee]!, contributions).map(scalarFromHex))
  for (const slot of [0, 1]) {
    const secret = combineAtZero(qualified.map((trustee, i) => [trustee, shares[i]![slot]!]))
    t.equal(record.electionKeys[slot], pointToHex(multiply(basePoint, secret)))
    qualified.forEach((trustee, i) => { t.equal(record.verificationKeys[trustee]![slot], pointToHex(multiply(basePoint, shares[i]![slot]!))) })
  }
  t.strictSame(record.verificationKeys[1], [])
  t.strictSame(record.qualified, qualified)
  t.not(record.transcript, keysRecord(context, commits, deals, [0, 1, 2]).transcript, 'who is qualified is confirmed with the rest')
  t.equal(confirmMessage(context, 0, commits, deals, qualified).transcript, record.transcript)
})

t.test('cheating: a complaint about a dealer whose share fits', async (t) => {
  refuses(t, 'ceremony.complaint', () => { check(complaintMessage(context, 2, secrets[2]!, [deals[0]!])) })
  refuses(t, 'ceremony.complaint', () => { check(complaintMessage(context, 0, secrets[0]!, [deals[1]!])) }, /dealer 2/)
  refuses(t, 'ceremony.complaint', () => { check(complaintMessage(context, 2, secrets[2]!, [deals[0]!, deals[1]!])) }, /dealer 1/)
  refuses(t, 'ceremony.complaint', () => { check(right, honest) })
})

t.test('cheating: a forged point under a share that fits', async (t) => {
  const good = complaintMessage(context, 2, secrets[2]!, [deals[0]!]).accusations[0]!
  const forged: Record<string, Partial<typeof good>> = {
    'any point': { shared: pointToHex(generateKeyPair().publicKey) },
    'the point of another dealer': { shared: accusation.shared },
    'the point and proof of another dealer': { shared: accusation.shared, proof: accusation.proof },
    'what is no point': { shared: 'ff'.repeat(32) },
    'the identity': { shared: '00'.repeat(32) },
    'a bent proof': { proof: `${good.proof.slice(0, -2)}${good.proof.endsWith('00') ? '01' : '00'}` },
    'a proof of nothing': { proof: '00'.repeat(96) },
  }
  for (const [what, change] of Object.entries(forged)) {
    await t.test(what, async (t) => { refuses(t, 'ceremony.proof', () => { check({ ...right, accusations: [{ ...good, ...change }] }) }) })
  }
  // the discrete logarithm of the ephemeral key is the dealer's: with a key of another he proves another statement
  const other = accuse(context, 2, scalarFromHex(secrets[0]!.encryptionSecret), deals[0]!)
  refuses(t, 'ceremony.proof', () => { check({ ...right, accusations: [other] }) })
})

t.test('cheating: a complaint replayed from another election, for another trustee, with indexes swapped', async (t) => {
  const elsewhere = { ...context, electionId: new Uint8Array(32).fill(8) }
  refuses(t, 'ceremony.proof', () => { check(complaintMessage(elsewhere, 2, secrets[2]!, [deals[1]!])) })
  refuses(t, 'ceremony.proof', () => { checkComplaint(elsewhere, right, commits, deals) })
  refuses(t, 'ceremony.proof', () => { check({ ...right, trustee: 0 }) })
  refuses(t, 'ceremony.proof', () => { check({ ...right, accusations: [{ ...accusation, dealer: 0 }] }) })
  refuses(t, 'ceremony.proof', () => { check({ ...right, trustee: 1, accusations: [{ ...accusation, dealer: 2 }] }) })
})

t.test('cheating: a complaint of another form', async (t) => {
  for (const dealer of [2, 3]) refuses(t, 'trustee.unknown', () => { check({ ...right, accusations: [{ ...accusation, dealer }] }) })
  refuses(t, 'input.malformed', () => { check({ ...right, accusations: [accusation, accusation] }) })
  const both = [deals[0]!, deals[1]!].map((deal) => accuse(context, 2, scalarFromHex(secrets[2]!.encryptionSecret), deal))
  refuses(t, 'input.malformed', () => { check({ ...right, accusations: both.toReversed() }) })
  for (const wrong of [
    { ...right, accusations: [] },
    { round: 'complaint', trustee: 2, dealer: 1 },
    { ...right, accusations: [{ ...accusation, proof: accusation.proof.slice(2) }] },
    { ...right, accusations: [{ ...accusation, shared: accusation.shared.slice(2) }] },
    { ...right, accusations: [{ ...accusation, slot: 1 }] },
  ]) refuses(t, 'input.malformed', () => parseCeremonyMessage(wrong))
})

t.test('a complaint tells nothing of what others dealt, nor of other shares of this dealer', async (t) => {
  const all = honest.flatMap((deal) => deal.shares.map(({ ephemeralKey }) => ephemeralKey))
  t.equal(new Set(all).size, 6, 'a key for each dealer and recipient')
})

/**
 * The attack that the proofs of ephemeral keys are there for. Dealer 1 encrypts its share for trustee 2 under a key made
 * from the one that dealer 0 used for trustee 2. The share does not fit, trustee 2 complains, and what it reveals would
 * give away the honest dealer's share.
 */
t.test('cheating: a dealer deals under a key made from an honest dealer\'s, to have its share revealed', async (t) => {
  const victim = honest[0]!.shares.find(({ recipient }) => recipient === 2)!
  const shift = generateKeyPair()
  const dealUnder = (ephemeralKey: Point, ephemeralProof: string): DealMessage => {
    const secrets1 = secrets[1]!
    const deal = dealMessage(context, 1, secrets1, commits)
    return { ...deal, shares: deal.shares.map((share) => share.recipient === 2 ? { ...share, ephemeralKey: pointToHex(ephemeralKey), ephemeralProof } : share) }
  }
  const stolen = dealUnder(pointFromHex(victim.ephemeralKey), victim.ephemeralProof)
  const shifted = pointFromHex(victim.ephemeralKey).add(shift.publicKey)
  const message = Uint8Array.from([...context.electionId, 0, 0, 0, 1, 0, 0, 0, 2])
  const proofs = {
    'as it is, with its proof': stolen,
    'shifted, with the proof of the other': dealUnder(shifted, victim.ephemeralProof),
    'shifted, with a proof of the shift': dealUnder(shifted, toHex(sign(tags.ceremonyEphemeralKey, shift, message))),
    'proven for another recipient': dealUnder(pointFromHex(honest[1]!.shares[0]!.ephemeralKey), honest[1]!.shares[0]!.ephemeralProof),
  }
  for (const [what, deal] of Object.entries(proofs)) {
    await t.test(what, async (t) => { refuses(t, 'ceremony.proof', () => { checkDeal(context, deal, commits[1]!) }) })
  }
  const own = generateKeyPair()
  const proven = dealUnder(own.publicKey, toHex(sign(tags.ceremonyEphemeralKey, own, message)))
  checkDeal(context, proven, commits[1]!)
  // what a complaint about an unproven key would have shown: the point under which dealer 0's share lies
  const revealed = pointFromHex(accuse(context, 2, scalarFromHex(secrets[2]!.encryptionSecret), { ...stolen, shares: stolen.shares.map((share) => ({ ...share, ephemeralKey: pointToHex(shifted) })) }).shared)
  const { publicKey } = keyPairFromSecret(scalarFromHex(secrets[2]!.encryptionSecret))
  const needed = pointFromHex(accuse(context, 2, scalarFromHex(secrets[2]!.encryptionSecret), honest[0]!).shared)
  t.ok(revealed.subtract(multiply(publicKey, shift.secretKey)).equals(needed), 'so the proof is needed')
})

t.test('a deal is bound to its election and dealer by the proofs of its ephemeral keys too', async (t) => {
  const elsewhere = { ...context, electionId: new Uint8Array(32).fill(8) }
  const drawn = drawSecrets(context)
  const commit = commitMessage(context, 0, drawn)
  const deal = dealMessage(context, 0, drawn, [commit, ...commits.slice(1)])
  checkDeal(context, deal, commit)
  const withProofsOf = (other: DealMessage): DealMessage => ({ ...deal, shares: other.shares })
  refuses(t, 'ceremony.proof', () => { checkDeal(context, withProofsOf(dealMessage(elsewhere, 0, drawn, [commit, ...commits.slice(1)])), commit) })
  const bent = { ...deal, shares: deal.shares.map((share) => ({ ...share, ephemeralProof: 'ff'.repeat(64) })) }
  refuses(t, 'ceremony.proof', () => { checkDeal(context, bent, { ...commit, commitment: contributionHash(context, 0, deal.commitments, deal.nonce) }) })
})

t.test('a share of any slot that does not fit is enough', async (t) => {
  const second = honest.map((deal, i) => i === 1
    ? { ...deal, shares: deal.shares.map((share) => ({ ...share, masked: share.masked.map((masked, slot) => slot === 1 ? scalarToHex(modOrder(scalarFromHex(masked) - 1n)) : masked) })) }
    : deal)
  check(complaintMessage(context, 2, secrets[2]!, [second[1]!]), second)
  check(complaintMessage(context, 0, secrets[0]!, [second[1]!]), second)
  t.pass()
})
