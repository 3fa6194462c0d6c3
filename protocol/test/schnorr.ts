import fc from 'fast-check'
import t from 'tap'
import { concatBytes, utf8ToBytes } from '../src/bytes.ts'
import { encodeScalar, groupOrder, modOrder, multiply } from '../src/group.ts'
import { decodeSignature, generateKeyPair, keyPairFromSecret, sign, signatureLength, verifySignature } from '../src/schnorr.ts'
import { tags } from '../src/tagged-hash.ts'
import { bytes, flippedBit, scalar } from './support/arbitraries.ts'
import { refuses } from './support/refuses.ts'

const message = utf8ToBytes('message')

t.test('a signature holds for its tag, key and message, and for no other', async (t) => {
  const keys = generateKeyPair()
  const signature = sign(tags.receipt, keys, message)
  t.equal(signature.length, signatureLength)
  t.ok(verifySignature(tags.receipt, keys.publicKey, message, signature))
  t.notOk(verifySignature(tags.directoryEntry, keys.publicKey, message, signature))
  t.notOk(verifySignature(tags.receipt, generateKeyPair().publicKey, message, signature))
  t.notOk(verifySignature(tags.receipt, keys.publicKey, utf8ToBytes('Message'), signature))
})

t.test('any key signs any message; one flipped bit is refused', async () => {
  fc.assert(fc.property(scalar.filter((s) => s !== 0n), bytes(0, 100), flippedBit(signatureLength), (secret, text, flip) => {
    const keys = keyPairFromSecret(secret)
    const signature = sign(tags.receipt, keys, text)
    return verifySignature(tags.receipt, keys.publicKey, text, signature) && !verifySignature(tags.receipt, keys.publicKey, text, flip(signature))
  }), { numRuns: 40 })
})

t.test('the same response plus the order, or bytes too few or many, are refused', async (t) => {
  const keys = generateKeyPair()
  const signature = sign(tags.receipt, keys, message)
  const response = signature.slice(32)
  const shifted = Buffer.from(response).reverse().toString('hex')
  const tooLarge = encodeScalar(BigInt(`0x${shifted}`) + groupOrder)
  for (const forged of [concatBytes(signature.subarray(0, 32), tooLarge), signature.subarray(0, 63), concatBytes(signature, Uint8Array.of(0))]) {
    t.notOk(verifySignature(tags.receipt, keys.publicKey, message, forged))
    refuses(t, 'input.not-canonical', () => decodeSignature(forged))
  }
})

t.test('the identity as commitment is refused', async (t) => {
  const keys = generateKeyPair()
  t.notOk(verifySignature(tags.receipt, keys.publicKey, message, concatBytes(new Uint8Array(32), encodeScalar(1n))))
})

t.test('signatures are drawn afresh', async (t) => {
  const keys = generateKeyPair()
  t.notSame(sign(tags.receipt, keys, message), sign(tags.receipt, keys, message))
})

t.test('a signature under one key is none under a key related to it', async (t) => {
  // Without the key in the challenge, (R, s + c·d) would be a signature under P + d·G.
  const keys = generateKeyPair()
  const related = keyPairFromSecret(modOrder(keys.secretKey + 1n))
  t.ok(related.publicKey.equals(keys.publicKey.add(multiply(keyPairFromSecret(1n).publicKey, 1n))))
  t.notOk(verifySignature(tags.receipt, related.publicKey, message, sign(tags.receipt, keys, message)))
})
