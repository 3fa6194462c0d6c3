import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { blockBundleLines } from '../../protocol/src/block-bundle.ts'

/** Writes a bundle of blocks; a file of this name appears only when all of it is there. */
export async function saveBundle (file: string, channel: string, electionId: string | null, blocks: AsyncIterable<{ readonly bytes: Uint8Array }>): Promise<void> {
  const unfinished = `${file}.unfinished`
  try {
    await pipeline(Readable.from(blockBundleLines({ channel, electionId }, blocks)), createWriteStream(unfinished))
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
