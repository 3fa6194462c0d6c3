import t from 'tap'
import { scrypt } from '@noble/hashes/scrypt.js'
import { fromHex, toBase64url } from '../../protocol/src/bytes.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import type { CredentialState } from '../src/obtain-credential.ts'
import { defaultLogN, RecoverySealer } from '../src/recovery-file.ts'

const logN = 10
const passphrase = 'correct horse battery staple'
const bytes = (): Uint8Array => crypto.getRandomValues(new Uint8Array(256))
const state: CredentialState = {
  electionId: 'ab'.repeat(32),
  keys: generateKeyPair(),
  classIndex: 0,
  leaf: 'cd'.repeat(32),
  requests: [{ blindedMessage: bytes(), inverse: bytes(), signature: bytes() }, { blindedMessage: bytes(), inverse: bytes(), signature: undefined }],
}
const sealer = await RecoverySealer.create(passphrase, logN)
const text = await sealer.seal(state)
const envelope = JSON.parse(text) as { format: string, logN: number, salt: string, nonce: string, sealed: string }
const open = async (changes: object, by = passphrase): Promise<unknown> => await RecoverySealer.open(JSON.stringify({ ...envelope, ...changes }), by)

t.test('what was kept is there again', async (t) => {
  const opened = await RecoverySealer.open(text, passphrase)
  t.equal(opened.state.keys.secretKey, state.keys.secretKey)
  t.ok(opened.state.keys.publicKey.equals(state.keys.publicKey))
  t.same({ ...opened.state, keys: undefined }, { ...state, keys: undefined })
  t.same((await RecoverySealer.open(await opened.sealer.seal(state), passphrase)).state.leaf, state.leaf, 'and can be written again')
})

t.test('the key is that of RFC 7914 and the cipher AES-256-GCM, as another program would do it', async (t) => {
  const key = scrypt(passphrase, fromHex(envelope.salt, 32), { N: 2 ** logN, r: 8, p: 1, dkLen: 32 })
  const imported = await crypto.subtle.importKey('raw', Uint8Array.from(key), 'AES-GCM', false, ['decrypt'])
  const additionalData = Buffer.from(JSON.stringify([envelope.format, logN, envelope.salt, envelope.nonce]))
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: Buffer.from(envelope.nonce, 'hex'), additionalData }, imported, Buffer.from(envelope.sealed, 'base64url'))
  t.match(JSON.parse(new TextDecoder().decode(plain)), { electionId: state.electionId, requests: [{ signature: /./ }, { signature: null }] })
})

t.test('every writing has a nonce of its own, and shows nothing', async (t) => {
  const again = JSON.parse(await sealer.seal(state)) as typeof envelope
  t.not(again.nonce, envelope.nonce)
  t.equal(again.salt, envelope.salt)
  t.notMatch(text, new RegExp(`${state.electionId}|${state.leaf}`))
  t.equal(defaultLogN, 17)
})

t.test('a wrong passphrase does not open it, nor does anything changed', async (t) => {
  await t.rejects(open({}, `${passphrase} `), { code: 'recovery.sealed' })
  await t.rejects(open({ logN: logN + 1 }), { code: 'recovery.sealed' })
  await t.rejects(open({ salt: '00'.repeat(32) }), { code: 'recovery.sealed' })
  await t.rejects(open({ nonce: '00'.repeat(12) }), { code: 'recovery.sealed' })
  const sealed = Buffer.from(envelope.sealed, 'base64url')
  for (const place of [0, 700, sealed.length - 1]) {
    const bent = Uint8Array.from(sealed)
    bent[place]! ^= 1
    await t.rejects(open({ sealed: toBase64url(bent) }), { code: 'recovery.sealed' })
  }
  await t.rejects(open({ sealed: toBase64url(sealed.subarray(0, -1)) }), { code: 'recovery.sealed' })
  const other = JSON.parse(await (await RecoverySealer.create(passphrase, logN)).seal(state)) as typeof envelope
  await t.rejects(open({ sealed: other.sealed }), { code: 'recovery.sealed' }, 'the content of another file')
})

t.test('what is no such file is said to be none, and is not repeated', async (t) => {
  for (const changes of [{ format: 'scrutin-recovery/2' }, { logN: 30 }, { logN: 1 }, { more: 1 }, { sealed: '' }, { sealed: '=' }, { salt: 'x' }]) {
    await t.rejects(open(changes), { code: 'recovery.malformed' })
  }
  const error = await RecoverySealer.open('{"secret', passphrase).then(() => undefined, (reason: unknown) => reason as Error)
  t.match(error, { code: 'recovery.malformed' })
  t.notMatch(`${error!.message} ${error!.stack}`, /secret/)
})

t.test('a passphrase that is too short is refused', async (t) => {
  await t.rejects(RecoverySealer.create('7 chars', logN), { code: 'input.malformed' })
})
