/**
 * What this device keeps of an election until it holds the receipt, in IndexedDB: the credential, then the sealed
 * ballot. Never a choice: a sealed ballot is encrypted, and its randomness is gone.
 */
import { scalarFromHex, scalarToHex } from '../../../protocol/src/group.ts'
import type { Receipt } from '../../../protocol/src/receipt.ts'
import { keyPairFromSecret } from '../../../protocol/src/schnorr.ts'
import type { CredentialState } from '../../../voter/src/obtain-credential.ts'

export interface Sealed { readonly bytes: Uint8Array, readonly tracker: string }
export interface Proof { readonly receipt: Receipt, readonly gateway: string }

export interface Kept {
  readonly credential?: CredentialState
  readonly sealed?: Sealed
  readonly proof?: Proof
}

/** As it is stored: points are objects that can't be. */
interface Stored extends Omit<Kept, 'credential'> {
  readonly credential?: Omit<CredentialState, 'keys'> & { readonly secretKey: string }
}

const store = 'elections'

export class KeptElections {
  readonly #database: IDBDatabase

  private constructor (database: IDBDatabase) {
    this.#database = database
  }

  static async open (): Promise<KeptElections> {
    const request = indexedDB.open('scrutin-booth', 1)
    request.onupgradeneeded = () => { request.result.createObjectStore(store) }
    return new KeptElections(await answer(request))
  }

  async read (electionId: string): Promise<Kept> {
    const stored = await answer<unknown>(this.#database.transaction(store).objectStore(store).get(electionId)) as Stored | undefined
    if (stored === undefined) return {}
    const { credential, ...others } = stored
    if (credential === undefined) return others
    const { secretKey, ...rest } = credential
    return { ...others, credential: { ...rest, keys: keyPairFromSecret(scalarFromHex(secretKey)) } }
  }

  /** Resolves when it is on disk. */
  async write (electionId: string, { credential, ...rest }: Kept): Promise<void> {
    const stored: Stored = credential === undefined ? rest : { ...rest, credential: withoutPoints(credential) }
    await this.#change((elections) => elections.put(stored, electionId))
  }

  async remove (electionId: string): Promise<void> {
    await this.#change((elections) => elections.delete(electionId))
  }

  async #change (change: (elections: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = this.#database.transaction(store, 'readwrite', { durability: 'strict' })
    change(transaction.objectStore(store))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => { resolve() }
      transaction.onabort = () => { reject(transaction.error ?? new Error('nothing could be kept')) }
    })
  }
}

function withoutPoints ({ keys, ...rest }: CredentialState): NonNullable<Stored['credential']> {
  return { ...rest, secretKey: scalarToHex(keys.secretKey) }
}

async function answer<T> (request: IDBRequest<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    request.onsuccess = () => { resolve(request.result) }
    request.onerror = () => { reject(request.error ?? new Error('what was kept can not be read')) }
  })
}
