import { readFile } from 'node:fs/promises'
import { type Anchor, parseAnchor } from '../../chain/src/anchor.ts'

/** Reads an anchor file; throws with a sentence that says what is wrong with it. */
export async function readAnchor (file: string): Promise<Anchor> {
  try {
    return parseAnchor(await readFile(file))
  } catch (cause) {
    throw new Error(`the anchor ${file} can't be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
