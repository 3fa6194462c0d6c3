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

export class IdempotencyKeys {
  readonly #keys = new BoundedCache<Remembered>(mostKeys)

  /**
   * @param key the header's value, undefined when there is none
   * @returns corrects "this request was the first to bring the ballot" to what the first request with the key was told
   * @throws ScrutinError `input.malformed` for a key that is none, `input.key-reused` when it came with other bytes
   */
  enter (key: string | string[] | undefined, electionId: string, bytes: Uint8Array): (isNew: boolean) => boolean {
    if (key === undefined) return (isNew) => isNew
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) throw new ScrutinError('input.malformed', 'an idempotency key has 1 to 200 visible characters')
    const digest = createHash('sha256').update(electionId).update(bytes).digest('base64url')
    let remembered = this.#keys.get(key)
    if (remembered === undefined || performance.now() - remembered.since > keptMs) {
      remembered = { digest, since: performance.now(), isNew: false }
      this.#keys.set(key, remembered)
    }
    if (remembered.digest !== digest) throw new ScrutinError('input.key-reused')
    const entry = remembered
    return (isNew) => {
      entry.isNew ||= isNew
      return entry.isNew
    }
  }
}
