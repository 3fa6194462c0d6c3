import t from 'tap'
import { ballotChallenges } from '../src/ballot-transcript.ts'
import { concatBytes } from '../src/bytes.ts'
import { basePoint, multiply } from '../src/group.ts'
import { flipBit } from './support/arbitraries.ts'

const context = { electionId: new Uint8Array(32).fill(1), classIndex: 0, electionKeys: [2n, 3n].map((k) => multiply(basePoint, k)) }
const credentialKey = new Uint8Array(32).fill(2)
const questions = [3, 4].map((fill) => ({ ciphertextBytes: new Uint8Array(96).fill(fill), commitments: [5, 6].map((other) => new Uint8Array(128).fill(fill * other)) }))
const challenges = ballotChallenges(context, credentialKey, questions).flat()

t.test('every proof has a challenge of its own', async (t) => {
  t.equal(new Set(challenges).size, 4)
  t.same(ballotChallenges(context, credentialKey, questions).flat(), challenges)
})

t.test('every challenge depends on everything', async (t) => {
  const flip = (bytes: Uint8Array): Uint8Array => flipBit(bytes, 8 * bytes.length - 1)
  const [first, second] = questions as [typeof questions[number], typeof questions[number]]
  const others = {
    'the election': ballotChallenges({ ...context, electionId: flip(context.electionId) }, credentialKey, questions),
    'the class': ballotChallenges({ ...context, classIndex: 1 }, credentialKey, questions),
    'every election key': ballotChallenges({ ...context, electionKeys: [context.electionKeys[0]!, multiply(basePoint, 4n)] }, credentialKey, questions),
    'the keys\' order': ballotChallenges({ ...context, electionKeys: context.electionKeys.toReversed() }, credentialKey, questions),
    'the credential\'s key': ballotChallenges(context, flip(credentialKey), questions),
    'the ciphertexts of the first question': ballotChallenges(context, credentialKey, [{ ...first, ciphertextBytes: flip(first.ciphertextBytes) }, second]),
    'the ciphertexts of the last question': ballotChallenges(context, credentialKey, [first, { ...second, ciphertextBytes: flip(second.ciphertextBytes) }]),
    'the commitments of the last proof': ballotChallenges(context, credentialKey, [first, { ...second, commitments: [second.commitments[0]!, flip(second.commitments[1]!)] }]),
    'the questions\' order': ballotChallenges(context, credentialKey, [second, first]),
    'which question a ciphertext belongs to': ballotChallenges(context, credentialKey, [
      { ...first, ciphertextBytes: concatBytes(first.ciphertextBytes, second.ciphertextBytes.subarray(0, 32)) }, { ...second, ciphertextBytes: second.ciphertextBytes.subarray(32) },
    ]),
  }
  for (const [name, other] of Object.entries(others)) t.notOk(other.flat().some((challenge) => challenges.includes(challenge)), name)
})
