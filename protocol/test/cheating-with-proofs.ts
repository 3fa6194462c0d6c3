/** One test for every way to cheat with proofs. The cheater is a voter with a valid credential. */
import fc from 'fast-check'
import t from 'tap'
import { trackerOf } from '../src/ballot-encoding.ts'
import { checkBallots } from '../src/check-ballots.ts'
import { basePoint, decodePoint, decodeScalar, encodeScalar, groupOrder, modOrder, pointToHex } from '../src/group.ts'
import { flipBit } from './support/arbitraries.ts'
import { replaced } from './support/ballot-layout.ts'
import { cheater, codeOf, election, honest, honestBody, layout, refused, rules, seal, verdictOn, voter } from './support/cheating-scene.ts'
import { forgedBody, forgeries } from './support/malicious-voter.ts'

t.test('the honest ballot that the cheats below start from is accepted', async (t) => {
  t.match(checkBallots(election.rules, [honest]), [{ accepted: true, tracker: trackerOf(honestBody), credentialKey: pointToHex(voter.keys.publicKey), classIndex: 0 }])
})

t.test('forged proofs', async (t) => {
  await t.test('any bit of the ciphertexts and proofs flipped, and the body signed anew', async () => {
    const body = honestBody
    fc.assert(fc.property(fc.integer({ min: 8 * 66, max: 8 * layout.bodyLength - 1 }), (bit) => {
      const code = codeOf(verdictOn(seal(voter, flipBit(body, bit))))
      return code === 'ballot.proof' || code === 'ballot.malformed'
    }), { numRuns: 60 })
  })
  await t.test('every scalar of every proof replaced by another canonical one', async (t) => {
    const wrong = layout.places.filter(({ kind, offset }) => kind === 'scalar' && offset < layout.bodyLength).filter(({ offset }) => {
      const scalar = modOrder(decodeScalar(honest.subarray(offset, offset + 32)) + 1n)
      const code = codeOf(verdictOn(seal(voter, replaced(honest, offset, encodeScalar(scalar)).subarray(0, layout.bodyLength))))
      return code !== 'ballot.proof'
    })
    t.same(wrong, [])
  })
  await t.test('every point of the ciphertexts and commitments replaced by another', async (t) => {
    const wrong = layout.places.filter(({ kind, offset }) => kind === 'point' && offset >= 66 && offset < layout.bodyLength).filter(({ offset }) => {
      const point = decodePoint(honest.subarray(offset, offset + 32)).add(basePoint)
      const code = codeOf(verdictOn(seal(voter, replaced(honest, offset, point.toBytes()).subarray(0, layout.bodyLength))))
      return code !== 'ballot.proof'
    })
    t.same(wrong, [])
  })
})

const unallowed: Record<string, readonly bigint[]> = {
  'a slot of 2': [2n, 0n, 0n, 0n],
  'a slot of -1 that makes room for another vote': [1n, 1n, 1n, -1n],
  'a slot of -1': [-1n, 1n, 1n, 0n],
  'a slot of 1000, and -999 against it': [1000n, -999n, 0n, 0n],
  'a slot of 2, written as 2 and the order': [groupOrder + 2n, 0n, 0n, 0n],
  'nothing chosen where one must be': [0n, 0n, 0n, 0n],
  'one more than may be chosen': [1n, 1n, 1n, 0n],
  'blank together with an option': [1n, 0n, 0n, 1n],
  'a blank of 2': [0n, 0n, 0n, 2n],
  'a blank of -1': [0n, 0n, 0n, -1n],
}

for (const [name, slots] of Object.entries(unallowed)) {
  t.test(`values that are not allowed: ${name}`, async (t) => {
    for (const forgery of forgeries) {
      const body = forgedBody(election.context, rules, [[1n, 0n, 0n, 0n], slots], cheater.keys.publicKey, forgery)
      refused(t, seal(cheater, body), 'ballot.proof', forgery)
    }
  })
}

t.test('the malicious voter of these tests is accepted while behaving', async (t) => {
  const body = forgedBody(election.context, rules, [[1n, 0n, 1n, 0n], [0n, 0n, 0n, 1n]], cheater.keys.publicKey, 'simulate the proof')
  t.match(checkBallots(election.rules, [seal(cheater, body)]), [{ accepted: true }])
})
