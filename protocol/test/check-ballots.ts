import fc from 'fast-check'
import t from 'tap'
import { trackerOf } from '../src/ballot-encoding.ts'
import { concatBytes } from '../src/bytes.ts'
import { checkBallots } from '../src/check-ballots.ts'
import { type ErrorCode } from '../src/errors.ts'
import { decodeScalar, encodeScalar, groupOrder, modOrder } from '../src/group.ts'
import { pointArithmetic } from '../src/point-arithmetic.ts'
import { sign } from '../src/schnorr.ts'
import { tags } from '../src/tagged-hash.ts'
import { replaced } from './support/ballot-layout.ts'
import { bodyOf, cheater, election, honest, layout, rules, seal, type Voter } from './support/cheating-scene.ts'
import { forgedBody } from './support/malicious-voter.ts'
import { obtainCredential } from './support/sample-election.ts'

t.test('in a batch only the guilty are refused, wherever they stand and however many', async (t) => {
  const voters = await Promise.all(Array.from({ length: 5 }, () => obtainCredential(election)))
  const innocent = voters.map((who) => seal(who, bodyOf(who)))
  const guilt: ((who: Voter, bytes: Uint8Array) => Uint8Array)[] = [
    (who) => seal(who, forgedBody(election.context, rules, [[2n, 0n, 0n, 0n], [1n, 0n, 0n, 0n]], who.keys.publicKey, 'claim another value')),
    (_, bytes) => concatBytes(bytes.subarray(0, -64), sign(tags.castSignature, cheater.keys, bytes.subarray(0, layout.bodyLength))),
    (_, bytes) => replaced(bytes, layout.length - 64, new Uint8Array(32).fill(0xff)),
    (_, bytes) => replaced(bytes, layout.length - 32, encodeScalar(groupOrder)),
    (_, bytes) => bytes.subarray(0, 500),
    (_, bytes) => replaced(bytes, layout.signatures[1]!, new Uint8Array(256)),
  ]
  const codes: ErrorCode[] = ['ballot.proof', 'ballot.signature', 'ballot.malformed', 'ballot.malformed', 'ballot.malformed', 'ballot.credential']
  fc.assert(fc.property(fc.array(fc.option(fc.nat(guilt.length - 1)), { minLength: 5, maxLength: 5 }), (crimes) => {
    const batch = crimes.map((crime, i) => crime === null ? innocent[i]! : guilt[crime]!(voters[i]!, innocent[i]!))
    return checkBallots(election.rules, batch).every((verdict, i) => {
      const crime = crimes[i]!
      return crime === null
        ? verdict.accepted && verdict.tracker === trackerOf(innocent[i]!.subarray(0, layout.bodyLength))
        : !verdict.accepted && verdict.code === codes[crime]
    })
  }), { numRuns: 12 })
  t.same(checkBallots(election.rules, []), [])
})

t.test('errors of two ballots of one batch do not cancel out', async (t) => {
  // Two cheaters shift the responses of their signatures by opposite amounts: the plain sum of the equations would hold.
  const shift = (bytes: Uint8Array, by: bigint): Uint8Array => {
    const at = layout.length - 32
    return replaced(bytes, at, encodeScalar(modOrder(decodeScalar(bytes.subarray(at)) + by)))
  }
  const verdicts = checkBallots(election.rules, [shift(honest, 1n), shift(seal(cheater, bodyOf(cheater)), -1n)])
  t.match(verdicts, [{ accepted: false, code: 'ballot.signature' }, { accepted: false, code: 'ballot.signature' }])
})

t.test('however many are guilty, every point is decoded once', async (t) => {
  const arithmetic = pointArithmetic()
  const { decode } = arithmetic
  t.teardown(() => { arithmetic.decode = decode })
  const forged = seal(cheater, forgedBody(election.context, rules, [[2n, 0n, 0n, 0n], [1n, 0n, 0n, 0n]], cheater.keys.publicKey, 'claim another value'))
  const countDecoded = (ballots: readonly Uint8Array[]): number => {
    let decoded = 0
    arithmetic.decode = (encodings) => {
      decoded += encodings.length
      return decode(encodings)
    }
    checkBallots(election.rules, ballots)
    return decoded
  }
  countDecoded([honest]) // the election's keys
  const each = countDecoded([honest])
  t.equal(countDecoded(Array.from({ length: 8 }, () => forged)), 8 * each)
  t.equal(countDecoded(Array.from({ length: 8 }, (_, i) => i === 5 ? forged : honest)), 8 * each)
})
