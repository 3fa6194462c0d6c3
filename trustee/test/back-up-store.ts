import { readFile, stat, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { scalarToHex } from '../../protocol/src/group.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { backUpStore, type BackupOptions, restoreStore } from '../src/back-up-store.ts'
import { KeyStore, type StoredElection } from '../src/key-store.ts'
import { KeyStoreError } from '../src/sealed-file.ts'

const logN = 10
const id = 'ab'.repeat(32)
const transcript = 'cd'.repeat(32)
const share = scalarToHex(generateKeyPair().secretKey)
const root: NonNullable<StoredElection['root']> = { message: { trustee: 0, boxRoot: 'cd'.repeat(32), ballots: 3 }, signature: '00'.repeat(64) }

interface Staged { readonly store: KeyStore, readonly options: BackupOptions, readonly elsewhere: BackupOptions }

async function stage (t: Test): Promise<Staged> {
  const root = t.testdir()
  const options = { folder: join(root, 'trustee'), file: join(root, 'backup'), storePassphrase: 'a', backupPassphrase: 'b', logN }
  const store = await KeyStore.open(options.folder, 'a', { logN })
  await store.update(id, () => ({ shares: { [transcript]: [share] } }))
  return { store, options, elsewhere: { ...options, folder: join(root, 'other') } }
}

t.test('all that the store holds comes back from the backup, and no secret lies open in it', async (t) => {
  const { store, options, elsewhere } = await stage(t)
  await store.update(id, (now) => ({ ...now, root }))
  t.match(await backUpStore(options), { key: store.publicKey, elections: { [id]: ['shares', 'root'] } })
  t.equal((await stat(options.file)).mode & 0o777, 0o600)
  const text = await readFile(options.file, 'utf8')
  for (const secret of [share, scalarToHex(store.keys.secretKey), id]) t.notOk(text.includes(secret))
  t.match(await restoreStore(elsewhere), { brings: { key: [store.publicKey], [id]: ['shares', 'root'] } })
  const restored = await KeyStore.open(elsewhere.folder, 'a')
  t.equal(restored.publicKey, store.publicKey)
  t.strictSame(restored.election(id), { shares: { [transcript]: [share] }, root }, 'what was signed is known again')
  t.match(await restoreStore(elsewhere), { brings: {} }, 'once more changes nothing')
})

t.test('a dry run writes nothing', async (t) => {
  const { options, elsewhere } = await stage(t)
  await backUpStore(options)
  t.match(await restoreStore({ ...elsewhere, dryRun: true }), { brings: { [id]: ['shares'] } })
  t.notOk(existsSync(join(elsewhere.folder, 'store')))
})

t.test('a store is never overwritten that has what the backup lacks', async (t) => {
  const { store, options } = await stage(t)
  await backUpStore(options)
  const file = join(options.folder, 'store')
  for (const change of [
    (now: StoredElection): StoredElection => ({ ...now, root }),
    (now: StoredElection): StoredElection => ({ ...now, shares: { [transcript]: [share, share] } }),
  ]) {
    await store.update(id, change)
    const before = await readFile(file, 'utf8')
    await t.rejects(restoreStore(options), { name: 'KeyStoreError', message: /it would be lost: .*(root|shares) of the election ab/ })
    t.equal(await readFile(file, 'utf8'), before)
    await store.update(id, () => ({ shares: { [transcript]: [share] } }))
  }
  await store.update('ef'.repeat(32), () => ({ shares: { [transcript]: [share] } }))
  await t.rejects(restoreStore(options), { message: /shares of the election efef/ })
})

t.test('a store that lost things gets them back', async (t) => {
  const { store, options } = await stage(t)
  await store.update(id, (now) => ({ ...now, root }))
  await backUpStore(options)
  await store.update(id, () => ({}))
  t.match(await restoreStore(options), { brings: { [id]: ['shares', 'root'] } })
  t.strictSame(store.election(id), { shares: { [transcript]: [share] }, root })
})

t.test('another trustee\'s store is left alone', async (t) => {
  const { options, elsewhere } = await stage(t)
  await backUpStore(options)
  const other = await KeyStore.open(elsewhere.folder, 'a', { logN })
  await t.rejects(restoreStore(elsewhere), { message: /another trustee/ })
  t.equal((await KeyStore.open(elsewhere.folder, 'a')).publicKey, other.publicKey)
})

t.test('refuses a wrong passphrase, a changed file, a store for a backup, and a file that is there', async (t) => {
  const { options, elsewhere } = await stage(t)
  await backUpStore(options)
  const text = await readFile(options.file, 'utf8')
  await t.rejects(backUpStore(options), { message: /exists already/ })
  t.equal(await readFile(options.file, 'utf8'), text)
  await t.rejects(restoreStore({ ...elsewhere, backupPassphrase: 'c' }), KeyStoreError)
  await t.rejects(restoreStore({ ...options, storePassphrase: 'c' }), KeyStoreError)
  await t.rejects(restoreStore({ ...elsewhere, file: join(options.folder, 'store'), backupPassphrase: 'a' }), { message: /not a file of the form scrutin-trustee-backup/ })
  await t.rejects(restoreStore({ ...elsewhere, file: join(options.folder, 'none') }), { message: /there is no file/ })
  await t.rejects(backUpStore({ ...elsewhere, file: join(options.folder, 'new') }), { message: /there is no key store/ })
  t.notOk(existsSync(join(elsewhere.folder, 'store')), 'asking for a backup makes no store')
  const envelope = JSON.parse(text) as Record<string, string | number>
  for (const changed of [{ ...envelope, format: 'scrutin-trustee-store/2' }, { ...envelope, nonce: '00'.repeat(12) }, { ...envelope, sealed: String(envelope['sealed']).slice(4) }, { ...envelope, logN: 21 }]) {
    await writeFile(options.file, JSON.stringify(changed))
    await t.rejects(restoreStore(elsewhere), KeyStoreError)
  }
  for (let length = 0; length < text.length; length += 50) {
    await writeFile(options.file, text.slice(0, length))
    await t.rejects(restoreStore(elsewhere), KeyStoreError, `cut off after ${length}`)
  }
  t.notOk(existsSync(join(elsewhere.folder, 'store')))
})
