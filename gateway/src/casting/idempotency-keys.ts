/**
 * Idempotency keys: a client that repeats a request with its key gets the first answer again. The ballot itself
 * makes a repetition harmless; the key finds mistakes (another ballot under the same key), and keeps 201 a 201.
 */
import { createHash } from 'node:crypto'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { BoundedCache } from '../bounded-cache.ts'

interface Remembered {
  readonly digest: string
  readonly since: number
  isNew: boolean
}

const mostKeys = 20_000
const keptMs = 3_600_000

export interface KeyedRequest {
  /**
   * To be called when the ballot's envelope holds: nothing is remembered for who is not its credential's holder.
   *
   * @throws ScrutinError `input.key-reused` when another ballot came with the key meanwhile
   */
  readonly remember: () => void
  /** Corrects "this request was the first to bring the ballot" to what the first request with the key was told. */
  readonly correct: (isNew: boolean) => boolean
}

const withoutKey: KeyedRequest = { remember: () => {}, correct: (isNew) => isNew }

/** Each credential has keys of its own, so that no stranger can take another's. */
export class IdempotencyKeys {
  readonly #keys = new BoundedCache<Remembered>(mostKeys)

  /**
   * @param key the header's value, undefined when there is none
   * @param ballot as it claims to be
   * @throws ScrutinError `input.malformed` for a key that is none, `input.key-reused` when it came with other bytes
   */
  enter (key: string | string[] | undefined, ballot: { readonly electionId: string, readonly credentialKey: string, readonly bytes: Uint8Array }): KeyedRequest {
    if (key === undefined) return withoutKey
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) throw new ScrutinError('input.malformed', 'an idempotency key has 1 to 200 visible characters')
    const name = `${ballot.electionId}/${ballot.credentialKey}/${key}`
    const digest = createHash('sha256').update(ballot.bytes).digest('base64url')
    let entry = this.#find(name, digest)
    return {
      remember: () => {
        entry = this.#find(name, digest) ?? { digest, since: performance.now(), isNew: false }
        this.#keys.set(name, entry)
      },
      correct: (isNew) => {
        if (entry === undefined) return isNew
        entry.isNew ||= isNew
        return entry.isNew
      },
    }
  }

  #find (name: string, digest: string): Remembered | undefined {
    const remembered = this.#keys.get(name)
    if (remembered === undefined || performance.now() - remembered.since > keptMs) return undefined
    if (remembered.digest !== digest) throw new ScrutinError('input.key-reused')
    return remembered
  }
}
