/**
 * A copy of the key store in one file of its own, and the way back. The copy is encrypted and authenticated as the
 * store is (sealed-file.ts), under a format of its own: neither can be taken for the other. It holds the trustee's key
 * and, of every election, secrets, shares and all statements signed so far: a restored trustee signs none a second time.
 */
import { existsSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import Type from 'typebox'
import { Value } from 'typebox/value'
import { pointToHex, scalarFromHex } from '../../protocol/src/group.ts'
import { keyPairFromSecret } from '../../protocol/src/schnorr.ts'
import { withLock } from './file-lock.ts'
import { KnownChain } from './known-chain.ts'
import { sealedStore, type StoreContent, type StoredElection } from './key-store.ts'
import { KeyStoreError, SealedFile } from './sealed-file.ts'

const backupFormat = 'scrutin-trustee-backup/2'

const Backup = Type.Object({
  /** RFC 3339 with milliseconds. */
  madeAt: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$' }),
  content: Type.Object({
    key: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    chain: Type.Optional(KnownChain),
    elections: Type.Record(Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Object({})),
  }, { additionalProperties: false }),
}, { additionalProperties: false })

/** What a backup holds, or a restoring would bring: names only, no secret. */
export interface StoreContents {
  /** Public key of the trustee. */
  readonly key: string
  readonly madeAt: string
  /** By election: `secrets`, `shares`, `root` and so on. */
  readonly elections: Readonly<Record<string, readonly string[]>>
}

export interface BackupOptions {
  /** Folder of the key store. */
  readonly folder: string
  readonly file: string
  readonly storePassphrase: string
  readonly backupPassphrase: string
  /** scrypt's cost, 2^logN. */
  readonly logN?: number
}

/**
 * Writes the backup to a file that must not exist yet.
 *
 * @throws KeyStoreError when there is no store, its passphrase is wrong, or the file exists
 */
export async function backUpStore (options: BackupOptions): Promise<StoreContents> {
  const sealed = sealedStore(options.folder, options.storePassphrase)
  if (!existsSync(sealed.file)) throw new KeyStoreError(`there is no key store in ${options.folder}`)
  const content = await withLock(`${sealed.file}.lock`, () => JSON.parse(sealed.read()!) as StoreContent)
  const madeAt = new Date().toISOString()
  new SealedFile(options.file, options.backupPassphrase, { format: backupFormat, logN: options.logN }).create(JSON.stringify({ madeAt, content }))
  return describe(content, madeAt)
}

export interface Restoring {
  readonly backup: StoreContents
  /** What the key store lacks and gets: by election; `key` when there was no store. Empty when it has all. */
  readonly brings: Readonly<Record<string, readonly string[]>>
}

/**
 * Puts the backup in the place of the key store, whole or not at all; with `dryRun` it only says what it would do.
 *
 * @throws KeyStoreError for a wrong passphrase or a file that is none; when the store is another trustee's; when it has
 * anything that the backup lacks or has otherwise, as that would be lost
 */
export async function restoreStore (options: BackupOptions & { readonly dryRun?: boolean }): Promise<Restoring> {
  const { madeAt, content } = readBackup(options)
  const store = sealedStore(options.folder, options.storePassphrase, options.logN)
  return await withLock(`${store.file}.lock`, () => {
    const text = store.read()
    const now = text === undefined ? undefined : JSON.parse(text) as StoreContent
    if (now !== undefined) refuseLoss(now, content)
    const brings = broughtBy(now, content)
    if (options.dryRun !== true && Object.keys(brings).length > 0) store.write(JSON.stringify(content))
    return { backup: describe(content, madeAt), brings }
  })
}

function readBackup ({ file, backupPassphrase }: BackupOptions): { madeAt: string, content: StoreContent } {
  const text = new SealedFile(file, backupPassphrase, { format: backupFormat }).read()
  if (text === undefined) throw new KeyStoreError(`there is no file ${file}`)
  const backup: unknown = JSON.parse(text)
  if (!Value.Check(Backup, backup)) throw new KeyStoreError(`${file} is not a backup of this version`)
  // what lies in it was sealed by us: nobody else can have written it
  return { madeAt: backup.madeAt, content: backup.content }
}

function refuseLoss (now: StoreContent, backup: StoreContent): void {
  if (now.key !== backup.key) throw new KeyStoreError('the key store is that of another trustee: restore into a folder of its own')
  if (now.chain !== undefined && !isDeepStrictEqual(now.chain, backup.chain)) throw new KeyStoreError('the key store has taken part on a chain that the backup does not know')
  const lost = Object.entries(now.elections).flatMap(([id, election]) => partsOf(election)
    .filter((part) => !isDeepStrictEqual(election[part], backup.elections[id]?.[part]))
    .map((part) => `${part} of the election ${id}`))
  if (lost.length > 0) throw new KeyStoreError(`the key store has what the backup lacks, and it would be lost: ${lost.join(', ')}`)
}

function broughtBy (now: StoreContent | undefined, backup: StoreContent): Record<string, string[]> {
  const brings: Record<string, string[]> = now === undefined ? { key: [publicKeyOf(backup)] } : {}
  for (const [id, election] of Object.entries(backup.elections)) {
    const added = partsOf(election).filter((part) => now?.elections[id]?.[part] === undefined)
    if (added.length > 0) brings[id] = added
  }
  return brings
}

function describe (content: StoreContent, madeAt: string): StoreContents {
  return { key: publicKeyOf(content), madeAt, elections: Object.fromEntries(Object.entries(content.elections).map(([id, election]) => [id, partsOf(election)])) }
}

function partsOf (election: StoredElection): (keyof StoredElection)[] {
  return (Object.keys(election) as (keyof StoredElection)[]).filter((part) => election[part] !== undefined)
}

function publicKeyOf ({ key }: StoreContent): string {
  return pointToHex(keyPairFromSecret(scalarFromHex(key)).publicKey)
}
