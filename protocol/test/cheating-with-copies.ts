/** One test for every way to cheat with what others wrote, or with what was written for something else. */
import t from 'tap'
import { fromHex } from '../src/bytes.ts'
import { ballotRules } from '../src/check-ballots.ts'
import { fillBallot, sealBallot } from './support/raw-ballot.ts'
import { basePoint, decodePoint, multiply, pointToHex, randomScalar } from '../src/group.ts'
import { generateKeyPair } from '../src/schnorr.ts'
import { bitLayout } from '../src/slot-bits.ts'
import { replaced } from './support/ballot-layout.ts'
import { answers, bodyOf, cheater, election, honest, honestBody, layout, refused, rules, seal, voter } from './support/cheating-scene.ts'
import { obtainCredential } from './support/sample-election.ts'

/** What is proven of the first question put where that of the second belongs, and the other way round: both have the same bits. */
function partsExchanged (body: Uint8Array): Uint8Array {
  const half = bitLayout(rules).freeBits.length / 2
  const at = (name: string): number => layout.places.find((place) => place.name === name)!.offset
  const swapped = (bytes: Uint8Array, a: number, b: number, length: number): Uint8Array => replaced(replaced(bytes, a, bytes.slice(b, b + length)), b, bytes.slice(a, a + length))
  const answers = swapped(body, at('proof: f 0'), at('proof: f 0') + 32 * half, 32 * half)
  return swapped(swapped(answers, at('proof: R 0'), at('proof: R 1'), 32), at('proof: s 0'), at('proof: s 1'), 32)
}

const keysText = election.keys.map(pointToHex)
const moduliText = election.registrars.map(({ modulus }) => [modulus])

t.test('copied ballots', async (t) => {
  await t.test('ciphertexts and proofs of another voter under one\'s own key', async (t) => {
    const copy = replaced(honest, 34, cheater.keys.publicKey.toBytes()).subarray(0, layout.bodyLength)
    refused(t, seal(cheater, copy), 'ballot.proof', 'signed by oneself')
  })
  await t.test('the same, encrypted afresh so that it does not look the same', async (t) => {
    const copy = Uint8Array.from(replaced(honest, 34, cheater.keys.publicKey.toBytes()).subarray(0, layout.bodyLength))
    for (const { start } of layout.questions) {
      const randomness = randomScalar()
      for (const [i, base] of [basePoint, ...election.keys].entries()) {
        const at = start + 32 * i
        copy.set(decodePoint(copy.subarray(at, at + 32)).add(multiply(base, randomness)).toBytes(), at)
      }
    }
    refused(t, seal(cheater, copy), 'ballot.proof', 'signed by oneself')
  })
  await t.test('the whole body of another voter, signed by oneself', async (t) => {
    const body = honestBody
    refused(t, sealBallot(body, cheater.keys, voter.signatures), 'ballot.signature', 'with the other\'s credential')
    refused(t, seal(cheater, body), 'ballot.credential', 'with one\'s own credential')
  })
})

t.test('ballots from elsewhere', async (t) => {
  const otherId = '77'.repeat(32)
  const sameKeysOtherId = ballotRules(otherId, rules, keysText, moduliText)

  await t.test('a ballot of another election', async (t) => {
    refused(t, honest, 'ballot.election', 'as it was', sameKeysOtherId)
  })
  await t.test('a ballot of another election under the same keys, with this one\'s id and a credential of this one', async (t) => {
    const elsewhere = { ...election, idBytes: fromHex(otherId, 32) }
    const there = await obtainCredential(elsewhere)
    const body = replaced(bodyOf(there), 1, elsewhere.idBytes)
    refused(t, seal(there, body), 'ballot.proof', 'its proofs', sameKeysOtherId)
  })
  await t.test('a ballot encrypted to other keys', async (t) => {
    const context = { ...election.context, electionKeys: election.keys.map(() => generateKeyPair().publicKey) }
    refused(t, seal(voter, fillBallot(context, election.definition.questions, answers, voter.keys.publicKey).body), 'ballot.proof', 'of whomever')
  })
  await t.test('the answer to one question put in place of another\'s', async (t) => {
    const [one, two] = layout.questions as [typeof layout.questions[number], typeof layout.questions[number]]
    const body = honestBody
    const [first, second] = [body.slice(one.start, one.end), body.slice(two.start, two.end)]
    const exchanged = replaced(replaced(body, one.start, second), two.start, first)
    refused(t, seal(voter, exchanged), 'ballot.proof', 'both exchanged')
    refused(t, seal(voter, partsExchanged(exchanged)), 'ballot.proof', 'both exchanged, and what is proven of them')
    refused(t, seal(voter, replaced(body, two.start, first)), 'ballot.proof', 'the first for both')
  })
  await t.test('the proof of one ballot used for another of the same voter with the same answers', async (t) => {
    refused(t, seal(voter, replaced(honestBody, layout.proofStart, bodyOf(voter).slice(layout.proofStart))), 'ballot.proof', 'the proof only')
    refused(t, seal(voter, replaced(bodyOf(voter), layout.proofStart, honestBody.slice(layout.proofStart))), 'ballot.proof', 'the other way round')
  })
  await t.test('a ballot of another class', async (t) => {
    const twoClasses = ballotRules(election.id, rules, keysText, election.registrars.map(({ modulus }) => [modulus, modulus]))
    const body = replaced(honest, 33, Uint8Array.of(1)).subarray(0, layout.bodyLength)
    refused(t, seal(voter, body), 'ballot.credential', 'the credential is for class 0', twoClasses)
    const ofClass1 = await obtainCredential(election, 1)
    refused(t, seal(ofClass1, replaced(bodyOf(ofClass1), 33, Uint8Array.of(1))), 'ballot.proof', 'the proofs are for class 0', twoClasses)
    refused(t, seal(ofClass1, bodyOf(ofClass1)), 'ballot.credential', 'the credential is for class 1', twoClasses)
    for (const unknown of [1, 2, 255]) refused(t, replaced(honest, 33, Uint8Array.of(unknown)), 'ballot.election', `there is no class ${unknown}`)
  })
})

t.test('swapped ciphertexts', async (t) => {
  const body = honestBody
  const at = (name: string): number => layout.places.find((place) => place.name === name)!.offset
  const swap = (bytes: Uint8Array, a: number, b: number, length: number): Uint8Array =>
    replaced(replaced(bytes, a, bytes.slice(b, b + length)), b, bytes.slice(a, a + length))
  const betas = swap(body, at('question 0: beta 0'), at('question 0: beta 1'), 32)
  refused(t, seal(voter, betas), 'ballot.proof', 'two slots')
  refused(t, seal(voter, swap(betas, at('proof: f 0'), at('proof: f 1'), 32)), 'ballot.proof', 'two slots with what is answered for their bits')
  refused(t, seal(voter, swap(body, at('question 0: alpha'), at('question 1: alpha'), 32)), 'ballot.proof', 'the randomness of two questions')
  refused(t, seal(voter, swap(body, at('question 0: alpha'), at('question 1: alpha'), 32 * 5)), 'ballot.proof', 'all ciphertexts of two questions')
})
