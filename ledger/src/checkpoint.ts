/** Where a follower of the ledger's events stands, kept in a file so that a restart neither loses nor doubles one. */
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import Type from 'typebox'
import Value from 'typebox/value'
import type { ContractEvent, Ledger, Position } from './port.ts'

const Stored = Type.Object({
  /** Decimal. */
  blockNumber: Type.String({ pattern: '^(0|[1-9][0-9]{0,19})$' }),
  index: Type.Integer({ minimum: 0 }),
}, { additionalProperties: false })

/**
 * The place of the last event that has been dealt with. One process at a time uses a file.
 *
 * An event is dealt with first and saved then: a follower that is killed in between meets that one event again. It
 * doubles nothing when what it does is done by the event's place (a row with the place as its key), or is kept in the
 * same place as the checkpoint.
 */
export class Checkpoint {
  readonly #file: string
  #position: Position | undefined
  #saving: Promise<void> = Promise.resolve()

  private constructor (file: string, position: Position | undefined) {
    this.#file = file
    this.#position = position
  }

  /**
   * @param file in a folder that exists; the file need not
   * @throws Error when the file is there and is no checkpoint: better than to begin at some other place
   */
  static async open (file: string): Promise<Checkpoint> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    return new Checkpoint(file, text === undefined ? undefined : parse(text, file))
  }

  /** Undefined when no event has been dealt with yet. */
  get position (): Position | undefined {
    return this.#position
  }

  /**
   * Resolves when the place is on disk, whatever happens to process or machine afterwards.
   *
   * @throws Error when the place is not after the last one
   */
  async save ({ blockNumber, index }: Position): Promise<void> {
    const position = { blockNumber, index }
    if (this.#position !== undefined && !isAfter(position, this.#position)) throw new Error('a checkpoint never goes back')
    this.#position = position
    const saving = this.#saving.then(async () => { await writeDurably(this.#file, JSON.stringify({ blockNumber: blockNumber.toString(), index }) + '\n') })
    this.#saving = saving.catch(() => {})
    await saving
  }
}

/** The contract's events after the checkpoint, from the first block on where there is none; `signal` ends it. */
export async function * eventsAfter (ledger: Ledger, checkpoint: Checkpoint, signal?: AbortSignal): AsyncGenerator<ContractEvent> {
  const { position } = checkpoint
  for await (const event of ledger.events({ from: position?.blockNumber ?? 0n, ...signal === undefined ? {} : { signal } })) {
    if (position === undefined || isAfter(event, position)) yield event
  }
}

function isAfter (a: Position, b: Position): boolean {
  return a.blockNumber > b.blockNumber || (a.blockNumber === b.blockNumber && a.index > b.index)
}

function parse (text: string, file: string): Position {
  let stored: unknown
  try {
    stored = JSON.parse(text)
  } catch (cause) {
    throw new Error(`${file} is not a checkpoint`, { cause })
  }
  if (!Value.Check(Stored, stored)) throw new Error(`${file} is not a checkpoint`)
  return { blockNumber: BigInt(stored.blockNumber), index: stored.index }
}

/** The file holds either the old content or the new one, never a part: a temporary file takes its name once it is on disk. */
async function writeDurably (file: string, content: string): Promise<void> {
  const temporary = `${file}.new`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
