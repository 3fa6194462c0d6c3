/** One test for every way to cast without the credential for it. */
import t from 'tap'
import { concatBytes, equalBytes } from '../src/bytes.ts'
import { fillBallot, sealBallot } from './support/raw-ballot.ts'
import { basePoint, encodeScalar } from '../src/group.ts'
import { generateKeyPair, sign } from '../src/schnorr.ts'
import { tags } from '../src/tagged-hash.ts'
import { flipBit } from './support/arbitraries.ts'
import { replaced } from './support/ballot-layout.ts'
import { answers, bodyOf, cheater, election, honest, honestBody, layout, refused, seal, voter } from './support/cheating-scene.ts'
import { obtainCredential, sampleElection } from './support/sample-election.ts'

t.test('credentials that are none', async (t) => {
  const body = bodyOf(voter)
  const [first, second] = voter.signatures as [Uint8Array, Uint8Array]
  const withSignatures = (...signatures: Uint8Array[]): Uint8Array => sealBallot(body, voter.keys, signatures)
  refused(t, withSignatures(first), 'ballot.malformed', 'the signatures of all registrars but one')
  refused(t, withSignatures(first, new Uint8Array(256)), 'ballot.credential', 'zeros for the last')
  refused(t, withSignatures(first, first), 'ballot.credential', 'one registrar\'s twice')
  refused(t, withSignatures(second, first), 'ballot.credential', 'in another order')
  refused(t, withSignatures(first, second, second), 'ballot.malformed', 'one too many')
  refused(t, withSignatures(first, flipBit(second, 2000)), 'ballot.credential', 'one bit flipped')
  const elsewhere = await obtainCredential({ ...election, idBytes: new Uint8Array(32).fill(7) })
  refused(t, seal(elsewhere, bodyOf(elsewhere)), 'ballot.credential', 'of another election')
  const ofClass1 = await obtainCredential(election, 1)
  refused(t, seal(ofClass1, bodyOf(ofClass1)), 'ballot.credential', 'of another class')
  refused(t, sealBallot(bodyOf(cheater), cheater.keys, voter.signatures), 'ballot.credential', 'of another voter')
  const stranger = sampleElection({ freshRsaKeys: true })
  const minted = await obtainCredential({ ...election, registrars: [election.registrars[0]!, stranger.registrars[1]!] })
  refused(t, seal(minted, bodyOf(minted)), 'ballot.credential', 'of a registrar the definition does not name')
})

t.test('signatures of the wrong hand', async (t) => {
  const body = honestBody
  const envelope = honest.subarray(0, layout.length - 64)
  refused(t, concatBytes(envelope, sign(tags.castSignature, cheater.keys, body)), 'ballot.signature', 'by another key')
  refused(t, concatBytes(envelope, sign(tags.castSignature, voter.keys, bodyOf(voter))), 'ballot.signature', 'over another body of the same voter')
  refused(t, concatBytes(envelope, sign(tags.receipt, voter.keys, body)), 'ballot.signature', 'made for another purpose')
  refused(t, replaced(honest, layout.length - 32, encodeScalar(5n)), 'ballot.signature', 'with another response')
  refused(t, replaced(honest, layout.length - 64, basePoint.toBytes()), 'ballot.signature', 'with another commitment')
})

t.test('a body that was opened for a check cannot be cast by whoever saw it', async (t) => {
  // Whoever checks a ballot sees its body and randomness, not the credential's key.
  const { body } = fillBallot(election.context, election.definition.questions, answers, voter.keys.publicKey)
  refused(t, sealBallot(body, generateKeyPair(), voter.signatures), 'ballot.signature', 'signed by a stranger')
  t.notOk(equalBytes(body, honestBody))
})
