import t from 'tap'
import { fromBase64url, toBase64url } from '../src/bytes.ts'
import { checkRegistrarMessage, parseDirectoryEntry, parseIssuance, parseRegistrarMessage, parseSigned, parseSignedIssuance } from '../src/messages.ts'
import { generateKeyPair } from '../src/schnorr.ts'
import { assertSigned, findWronglySigned, signMessage } from '../src/signed-message.ts'
import { pointToHex } from '../src/group.ts'
import { tags } from '../src/tagged-hash.ts'
import { refuses } from './support/refuses.ts'
import { sampleElection, sampleRegistrarMessage } from './support/sample-election.ts'

const election = sampleElection()
const { definition, idBytes } = election
const registrarMessage = sampleRegistrarMessage(election, 0)
const issuance = { registrar: 0, place: election.places[2]!, blinded: 'ab'.repeat(32) }
const entry = { kind: 'registrar', key: 'ab'.repeat(32), mspId: 'MemberA', sequence: 3, url: 'https://registrar.example:8443/v1' } as const

t.test('messages are read in their exact form only', async (t) => {
  t.same(parseRegistrarMessage(registrarMessage), registrarMessage)
  t.same(parseIssuance(issuance), issuance)
  t.same(parseDirectoryEntry(entry), entry)
  for (const wrong of [null, {}, { ...registrarMessage, more: 1 }, { ...registrarMessage, registrar: -1 }, { ...registrarMessage, moduli: [] }, { ...registrarMessage, proofs: [] },
    { ...registrarMessage, proofs: [registrarMessage.proofs[0]!.slice(1)] }]) {
    refuses(t, 'input.malformed', () => parseRegistrarMessage(wrong))
  }
  for (const wrong of [null, { ...issuance, blinded: 'AB'.repeat(32) }, { ...issuance, place: { ...issuance.place, index: 0.5 } }, { ...issuance, place: { ...issuance.place, salt: '' } }]) {
    refuses(t, 'input.malformed', () => parseIssuance(wrong))
  }
})

t.test('a directory entry has an address, but for trustees', async (t) => {
  t.same(parseDirectoryEntry({ ...entry, kind: 'trustee', url: '' }).url, '')
  for (const wrong of [{ ...entry, url: '' }, { ...entry, kind: 'trustee' }, { ...entry, kind: 'voter' }, { ...entry, url: 'ftp://registrar.example' }, { ...entry, url: 'https://a b' },
    { ...entry, url: 'https://user@registrar.example' }, { ...entry, url: 'javascript:alert(1)' }]) {
    refuses(t, 'directory.entry', () => parseDirectoryEntry(wrong))
  }
})

t.test('a registrar\'s message names the roll of the definition and one modulus of its own per class', async (t) => {
  t.equal(checkRegistrarMessage(idBytes, definition, registrarMessage).length, 1)
  const modulus = election.registrars[1]!.modulus
  refuses(t, 'roll.root', () => checkRegistrarMessage(idBytes, definition, { ...registrarMessage, rollRoot: 'ab'.repeat(32) }))
  refuses(t, 'registrar.key', () => checkRegistrarMessage(idBytes, definition, { ...registrarMessage, moduli: [...registrarMessage.moduli, modulus] }))
  refuses(t, 'registrar.key-reused', () => checkRegistrarMessage(idBytes, { ...definition, classes: [...definition.classes, ...definition.classes] }, { ...registrarMessage, moduli: [modulus, modulus] }))
  refuses(t, 'registrar.key', () => checkRegistrarMessage(idBytes, definition, { ...registrarMessage, moduli: ['A'.repeat(342)] }))
  const even = fromBase64url(registrarMessage.moduli[0]!)
  even[255]! &= 0xfe
  refuses(t, 'registrar.key', () => checkRegistrarMessage(idBytes, definition, { ...registrarMessage, moduli: [toBase64url(even)] }), /prime factor/)
  refuses(t, 'registrar.proof', () => checkRegistrarMessage(idBytes, definition, { ...registrarMessage, moduli: [modulus] }))
  refuses(t, 'registrar.proof', () => checkRegistrarMessage(idBytes, definition, { ...registrarMessage, registrar: 1 }))
  refuses(t, 'registrar.proof', () => checkRegistrarMessage(new Uint8Array(32), definition, registrarMessage))
  refuses(t, 'registrar.proof', () => checkRegistrarMessage(idBytes, definition, { ...registrarMessage, proofs: [registrarMessage.proofs[0]!, registrarMessage.proofs[0]!] }))
})

t.test('a signed message holds for its key, kind and election only', async (t) => {
  const keys = generateKeyPair()
  const key = pointToHex(keys.publicKey)
  const signed = parseSigned(signMessage(tags.registrarMessage, idBytes, keys, registrarMessage))
  assertSigned(tags.registrarMessage, idBytes, key, signed)
  assertSigned(tags.registrarMessage, idBytes, key, { signature: signed.signature, message: JSON.parse(JSON.stringify(registrarMessage)) })
  refuses(t, 'access.signature', () => { assertSigned(tags.decryptionMessage, idBytes, key, signed) })
  refuses(t, 'access.signature', () => { assertSigned(tags.registrarMessage, new Uint8Array(32), key, signed) })
  refuses(t, 'access.signature', () => { assertSigned(tags.registrarMessage, new Uint8Array(0), key, signed) })
  refuses(t, 'access.signature', () => { assertSigned(tags.registrarMessage, idBytes, pointToHex(generateKeyPair().publicKey), signed) })
  refuses(t, 'access.signature', () => { assertSigned(tags.registrarMessage, idBytes, key, { ...signed, message: { ...registrarMessage, registrar: 1 } }) })
})

t.test('of many signatures those that do not hold are found', async (t) => {
  const claims = [0, 1, 2].map(() => generateKeyPair()).map((keys, i) => ({ publicKey: keys.publicKey, signed: signMessage(tags.issuance, idBytes, keys, { ...issuance, registrar: i }) }))
  const [first, second, third] = claims as [typeof claims[number], typeof claims[number], typeof claims[number]]
  t.same(findWronglySigned(tags.issuance, idBytes, []), [])
  t.same(findWronglySigned(tags.issuance, idBytes, claims), [])
  t.same(findWronglySigned(tags.issuance, new Uint8Array(32), claims), [0, 1, 2])
  t.same(findWronglySigned(tags.registrarMessage, idBytes, claims), [0, 1, 2])
  t.same(findWronglySigned(tags.issuance, idBytes, [first, { ...second, publicKey: first.publicKey }, third]), [1])
  t.same(findWronglySigned(tags.issuance, idBytes, [first, second, { ...third, signed: { ...third.signed, signature: 'ff'.repeat(64) } }]), [2], 'a signature that is none')
  t.same(parseSignedIssuance(second.signed), second.signed)
  refuses(t, 'input.malformed', () => parseSignedIssuance(issuance))
  refuses(t, 'input.malformed', () => parseSignedIssuance({ ...second.signed, message: registrarMessage }))
})

t.test('the form around a message is exact', async (t) => {
  for (const wrong of [null, 'text', { message: 1 }, { message: 1, signature: 'ab' }, { message: 1, signature: 'AB'.repeat(64) }, { message: 1, signature: 'ab'.repeat(64), more: 1 }]) {
    refuses(t, 'input.malformed', () => parseSigned(wrong))
  }
})
