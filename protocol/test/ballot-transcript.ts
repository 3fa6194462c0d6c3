import t from 'tap'
import { type BallotContext, BallotTranscript } from '../src/ballot-transcript.ts'
import { concatBytes } from '../src/bytes.ts'
import { basePoint, multiply } from '../src/group.ts'
import { flipBit } from './support/arbitraries.ts'

const context = { electionId: new Uint8Array(32).fill(1), classIndex: 0, electionKeys: [2n, 3n].map((k) => multiply(basePoint, k)) }
const credentialKey = new Uint8Array(32).fill(2)
const [first, second] = [new Uint8Array(96).fill(3), new Uint8Array(96).fill(4)]
const bits = new Uint8Array(64).fill(5)
const links = new Uint8Array(96).fill(6)

function drawn (changes: { context?: BallotContext, credentialKey?: Uint8Array, ciphertexts?: Uint8Array[], bits?: Uint8Array, links?: Uint8Array } = {}): { weight: bigint, challenge: bigint } {
  const transcript = new BallotTranscript(changes.context ?? context, changes.credentialKey ?? credentialKey, changes.ciphertexts ?? [first, second], changes.bits ?? bits)
  return { weight: transcript.weight, challenge: transcript.challenge(changes.links ?? links) }
}
const { weight, challenge } = drawn()

t.test('weight and challenge differ, and follow from what was absorbed', async (t) => {
  t.not(weight, challenge)
  t.same(drawn(), { weight, challenge })
})

t.test('both depend on everything but the links, the challenge on those too', async (t) => {
  const flip = (bytes: Uint8Array): Uint8Array => flipBit(bytes, 8 * bytes.length - 1)
  const others = {
    'the election': drawn({ context: { ...context, electionId: flip(context.electionId) } }),
    'the class': drawn({ context: { ...context, classIndex: 1 } }),
    'every election key': drawn({ context: { ...context, electionKeys: [context.electionKeys[0]!, multiply(basePoint, 4n)] } }),
    'the keys\' order': drawn({ context: { ...context, electionKeys: context.electionKeys.toReversed() } }),
    'the credential\'s key': drawn({ credentialKey: flip(credentialKey) }),
    'the ciphertexts of the first question': drawn({ ciphertexts: [flip(first), second] }),
    'the ciphertexts of the last question': drawn({ ciphertexts: [first, flip(second)] }),
    'the questions\' order': drawn({ ciphertexts: [second, first] }),
    'which question a ciphertext belongs to': drawn({ ciphertexts: [concatBytes(first, second.subarray(0, 32)), second.subarray(32)] }),
    'the bits': drawn({ bits: flip(bits) }),
  }
  for (const [name, other] of Object.entries(others)) {
    t.not(other.weight, weight, name)
    t.not(other.challenge, challenge, name)
  }
  const relinked = drawn({ links: flip(links) })
  t.equal(relinked.weight, weight)
  t.not(relinked.challenge, challenge)
})
