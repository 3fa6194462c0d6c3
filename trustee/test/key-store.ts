import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { scalarToHex } from '../../protocol/src/group.ts'
import { KeyStore, type StoredElection } from '../src/key-store.ts'
import { defaultLogN, KeyStoreError } from '../src/sealed-file.ts'

const cheap = { logN: 10 }
const id = 'ab'.repeat(32)
const shares = (): StoredElection => ({ shares: { ['cd'.repeat(32)]: [scalarToHex(generateKeyPair().secretKey)] } })

t.test('key and elections are there again with the passphrase', async (t) => {
  const folder = t.testdir()
  const store = await KeyStore.open(folder, 'a', cheap)
  const kept = await store.update(id, shares)
  const again = await KeyStore.open(folder, 'a')
  t.equal(again.publicKey, store.publicKey)
  t.strictSame(again.election(id), kept)
  t.strictSame(again.electionIds(), [id])
  t.strictSame(again.election('00'), {})
})

t.test('another passphrase is told in a sentence', async (t) => {
  const folder = t.testdir()
  await KeyStore.open(folder, 'a', cheap)
  await t.rejects(KeyStore.open(folder, 'b'), KeyStoreError)
  await t.rejects(KeyStore.open(folder, 'b'), { message: /^the passphrase does not open .*store, or the file was changed$/ })
})

t.test('a changed file does not open', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'store')
  await KeyStore.open(folder, 'a', cheap)
  const text = await readFile(file, 'utf8')
  const envelope = JSON.parse(text) as { sealed: string, logN: number, nonce: string }
  for (const changed of [{ ...envelope, sealed: `${envelope.sealed[0] === 'A' ? 'B' : 'A'}${envelope.sealed.slice(1)}` }, { ...envelope, logN: 11 }, { ...envelope, nonce: '00'.repeat(12) }]) {
    await writeFile(file, JSON.stringify(changed))
    await t.rejects(KeyStore.open(folder, 'a'), { message: /the file was changed/ })
  }
  for (const changed of ['', 'key', JSON.stringify({ ...envelope, logN: 30 }), JSON.stringify({ ...envelope, note: 1 })]) {
    await writeFile(file, changed)
    await t.rejects(KeyStore.open(folder, 'a'), { message: /is not a file of the form scrutin-trustee-store/ })
  }
})

t.test('two processes that write lose nothing of each other', async (t) => {
  const folder = t.testdir()
  const [one, two] = await Promise.all([KeyStore.open(folder, 'a', cheap), KeyStore.open(folder, 'a', cheap)])
  t.equal(one.publicKey, two.publicKey)
  await Promise.all(Array.from({ length: 20 }, async (_, i) => { await (i % 2 === 0 ? one : two).update(String(i), shares) }))
  t.equal(one.electionIds().length, 20)
})

t.test('a lock that a dead process left is taken over', async (t) => {
  const folder = t.testdir()
  const store = await KeyStore.open(folder, 'a', cheap)
  await writeFile(join(folder, 'store.lock'), '999999999')
  await store.update(id, shares)
  t.strictSame(store.electionIds(), [id])
})

t.test('a change that throws changes nothing', async (t) => {
  const store = await KeyStore.open(t.testdir(), 'a', cheap)
  await t.rejects(store.update(id, () => { throw new Error('no') }), { message: 'no' })
  t.strictSame(store.electionIds(), [])
})

t.test('a new store takes the full cost unless told otherwise', async (t) => {
  const folder = t.testdir()
  await KeyStore.open(folder, 'a')
  t.equal(JSON.parse(await readFile(join(folder, 'store'), 'utf8')).logN, defaultLogN)
})
