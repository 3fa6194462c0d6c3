/** All that a trustee must keep, in one encrypted file: its own key and, per election, what it drew, received and posted. */
import { join } from 'node:path'
import type { CeremonySecrets } from '../../protocol/src/hold-shares.ts'
import type { SignedCeremonyMessage, SignedDecryption, SignedRootStatement } from '../../protocol/src/records.ts'
import { pointToHex, scalarFromHex, scalarToHex } from '../../protocol/src/group.ts'
import { generateKeyPair, type KeyPair, keyPairFromSecret } from '../../protocol/src/schnorr.ts'
import { withLock } from './file-lock.ts'
import type { KnownChain } from './known-chain.ts'
import { SealedFile } from './sealed-file.ts'

/** Messages are kept as they were signed: after a restart the same ones are posted, never others. */
export interface StoredElection {
  /** Erased when all qualified trustees have confirmed the keys, or by `trustee erase`. */
  readonly secrets?: CeremonySecrets
  readonly commit?: SignedCeremonyMessage
  readonly deal?: SignedCeremonyMessage
  readonly complaint?: SignedCeremonyMessage
  /** The newest: when a dealer is disqualified, the others confirm again. */
  readonly confirm?: SignedCeremonyMessage
  /**
   * By the transcript that was confirmed: share of each key, scalars in hex. A peer that shows a complaint the ledger does not take,
   * or not yet, so costs none. Erased by `trustee erase` alone.
   */
  readonly shares?: Readonly<Record<string, readonly string[]>>
  /** The only root that this trustee ever signs for the election. */
  readonly root?: SignedRootStatement
  /** The only box that this trustee ever decrypts for the election. */
  readonly decryption?: { readonly boxRoot: string, readonly signed: SignedDecryption }
}

export interface StoreContent {
  /** Scalar in hex. */
  readonly key: string
  /** The only chain on which this trustee ever takes part. */
  readonly chain?: KnownChain
  readonly elections: Readonly<Record<string, StoredElection>>
}

/** The file of the store in this folder. */
export function sealedStore (folder: string, passphrase: string, logN?: number): SealedFile {
  return new SealedFile(join(folder, 'store'), passphrase, { format: 'scrutin-trustee-store/2', logN })
}

export class KeyStore {
  readonly #sealed: SealedFile
  /** The trustee's own key, by which definitions name it. */
  readonly keys: KeyPair
  readonly publicKey: string

  private constructor (sealed: SealedFile, keys: KeyPair) {
    this.#sealed = sealed
    this.keys = keys
    this.publicKey = pointToHex(keys.publicKey)
  }

  /**
   * Opens `store` in the folder; at first use makes it, with a new key.
   *
   * @param logN scrypt's cost for a new store: 2^logN
   * @throws KeyStoreError for a wrong passphrase or a file that is none
   */
  static async open (folder: string, passphrase: string, options: { readonly logN?: number } = {}): Promise<KeyStore> {
    const sealed = sealedStore(folder, passphrase, options.logN)
    const key = await withLock(`${sealed.file}.lock`, () => {
      const content = read(sealed)
      if (content !== undefined) return content.key
      const made = scalarToHex(generateKeyPair().secretKey)
      write(sealed, { key: made, elections: {} })
      return made
    })
    return new KeyStore(sealed, keyPairFromSecret(scalarFromHex(key)))
  }

  /** What is kept of an election; empty when nothing is. */
  election (electionId: string): StoredElection {
    return read(this.#sealed)?.elections[electionId] ?? {}
  }

  /** The chain on which this trustee takes part; undefined before its first commit. */
  get chain (): KnownChain | undefined {
    return read(this.#sealed)?.chain
  }

  /** Keeps it; nothing replaces one that is kept. */
  async keepChain (chain: KnownChain): Promise<void> {
    await this.#change((content) => content.chain === undefined ? { ...content, chain } : content)
  }

  electionIds (): string[] {
    return Object.keys(read(this.#sealed)?.elections ?? {})
  }

  /** Changes what is kept of an election: on disk, whole, when this returns. `change` gets what is there now, and may throw. */
  async update (electionId: string, change: (now: StoredElection) => StoredElection): Promise<StoredElection> {
    const { elections } = await this.#change((content) => {
      const now = content.elections[electionId] ?? {}
      const next = change(now)
      return next === now ? content : { ...content, elections: { ...content.elections, [electionId]: next } }
    })
    return elections[electionId] ?? {}
  }

  async #change (change: (now: StoreContent) => StoreContent): Promise<StoreContent> {
    return await withLock(`${this.#sealed.file}.lock`, () => {
      const content = read(this.#sealed)
      if (content === undefined) throw new Error(`${this.#sealed.file} has vanished`)
      const next = change(content)
      if (next !== content) write(this.#sealed, next)
      return next
    })
  }
}

function read (sealed: SealedFile): StoreContent | undefined {
  const text = sealed.read()
  // what was sealed by us needs no schema: nobody else can have written it
  return text === undefined ? undefined : JSON.parse(text) as StoreContent
}

function write (sealed: SealedFile, content: StoreContent): void {
  sealed.write(JSON.stringify(content))
}
