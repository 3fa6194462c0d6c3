import t from 'tap'
import { concatBytes, fromBase64url, toBase64url, toHex } from '../src/bytes.ts'
import { assertCredential, blindedMessageHash, credentialMessage, modulusHash, parseModulus } from '../src/credential.ts'
import { refuses } from './support/refuses.ts'
import { obtainCredential, sampleElection } from './support/sample-election.ts'

const election = sampleElection({ registrars: 3 })
const moduli = election.rules.moduli[0]!
const credential = await obtainCredential(election)
const message = credentialMessage(election.idBytes, 0, credential.keys.publicKey.toBytes())

t.test('the signatures of all registrars, in order, make a credential', async () => {
  assertCredential(moduli, message, credential.signatures)
})

t.test('a missing, doubled or exchanged signature makes none', async (t) => {
  const [first, second, third] = credential.signatures as [Uint8Array, Uint8Array, Uint8Array]
  for (const signatures of [[first, second], [first, second, second], [first, third, second], [first, second, third, third], []]) {
    refuses(t, 'ballot.credential', () => { assertCredential(moduli, message, signatures) })
  }
  refuses(t, 'ballot.credential', () => { assertCredential(moduli, message, [first, second, concatBytes(third, Uint8Array.of(0))]) }, /registrar 3/)
})

t.test('the signatures hold for one election, class and key', async (t) => {
  const key = credential.keys.publicKey.toBytes()
  const others = [
    credentialMessage(new Uint8Array(32), 0, key),
    credentialMessage(election.idBytes, 1, key),
    credentialMessage(election.idBytes, 0, (await obtainCredential(election)).keys.publicKey.toBytes()),
  ]
  for (const other of others) refuses(t, 'ballot.credential', () => { assertCredential(moduli, other, credential.signatures) })
})

t.test('the message is the framed tag, election, class and key', async (t) => {
  t.equal(toHex(credentialMessage(new Uint8Array(32).fill(1), 2, new Uint8Array(32).fill(3))),
    `00000014${toHex(new TextEncoder().encode('scrutin/1/credential'))}00000020${'01'.repeat(32)}000000010200000020${'03'.repeat(32)}`)
})

t.test('registrars see blinded messages only, of which two are never the same', async (t) => {
  const again = await obtainCredential(election)
  t.equal(new Set([...credential.blinded, ...again.blinded].map(blindedMessageHash)).size, 6)
})

t.test('a modulus has 2048 bits', async (t) => {
  const text = election.registrars[0]!.modulus
  const modulus = parseModulus(text)
  t.equal(toBase64url(modulus), text)
  t.equal(modulusHash(modulus).length, 64)
  refuses(t, 'registrar.key', () => parseModulus(toBase64url(modulus.subarray(0, 255))))
  refuses(t, 'registrar.key', () => parseModulus(toBase64url(concatBytes(Uint8Array.of(0), modulus))))
  refuses(t, 'registrar.key', () => parseModulus(toBase64url(concatBytes(Uint8Array.of(modulus[0]! & 0x7f), modulus.subarray(1)))), /2048 bits/)
  refuses(t, 'input.not-canonical', () => parseModulus(`${text}=`))
  t.same(fromBase64url(text), modulus)
})
