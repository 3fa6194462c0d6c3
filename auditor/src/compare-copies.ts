/**
 * Several members' copies of one chain, held against the one that is audited: two blocks of one number and different
 * hashes are a fork, or somebody lies. Each copy's transactions are held against its own headers, so that the same hash
 * is the same block.
 */
import { computeDataHash, headerHash, parseBlock } from '../../chain/src/block.ts'
import { nativeCrypto } from '../../chain/src/native-crypto.ts'
import { equalBytes, toHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type Check, OpenCheck } from '../../protocol/src/verification-report.ts'

export const copiesCheckName = 'copies'

export class CopyComparison {
  readonly #check = new OpenCheck(copiesCheckName)
  /** Of the audited copy, hex, by number. */
  readonly #hashes: string[] = []
  readonly #audited: string
  readonly #reach: string[] = []

  /** @param audited what the audited copy is called in the report */
  constructor (audited: string) {
    this.#audited = audited
  }

  /** To be called with each block of the audited copy. What is wrong with it the audit says. */
  note (bytes: Uint8Array): void {
    this.#hashes.push(hashOf(bytes) ?? '')
  }

  /** Reads another copy to its end, or to the first block that differs. */
  async compare (name: string, blocks: AsyncIterable<{ readonly bytes: Uint8Array }>, onProgress?: (count: number) => void): Promise<void> {
    let number = 0
    for await (const { bytes } of blocks) {
      const hash = hashOf(bytes)
      const expected = this.#hashes[number]
      if (hash === undefined || (expected !== undefined && hash !== expected)) {
        this.#check.fail(hash === undefined ? `${name}: block ${number} can't be read, or does not hold what its header says` : `block ${number} is ${expected} in ${this.#audited}, and ${hash} in ${name}`)
        return
      }
      if (expected !== undefined) this.#check.count++
      number++
      onProgress?.(number)
    }
    if (number === 0) this.#check.fail(`${name}: there is no block`)
    this.#reach.push(`${name} up to block ${Math.min(number, this.#hashes.length) - 1}${number > this.#hashes.length ? ` (and goes on to block ${number - 1})` : ''}`)
  }

  close (): Check<typeof copiesCheckName> {
    this.#check.note(`the same as ${this.#audited}: ${this.#reach.join(', ')}`)
    return this.#check.close()
  }
}

function hashOf (bytes: Uint8Array): string | undefined {
  try {
    const block = parseBlock(bytes)
    return equalBytes(block.dataHash, computeDataHash(nativeCrypto, block)) ? toHex(headerHash(nativeCrypto, block)) : undefined
  } catch (error) {
    if (error instanceof ScrutinError) return undefined
    throw error
  }
}
