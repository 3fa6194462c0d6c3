/** Blocks straight from a member's peer, with an identity that an outsider can be given. */
import { readFile } from 'node:fs/promises'
import { Value } from 'typebox/value'
import { type BlockSource, openBlockSource, PeerConfig } from '../../ledger/src/block-source.ts'

/** Reads the configuration of a peer (`PeerConfig`, JSON); throws with a sentence that says what to set. */
export async function readPeerConfig (file: string): Promise<PeerConfig> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new Error(`the peer's configuration ${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  if (Value.Check(PeerConfig, value)) return value
  const [error] = Value.Errors(PeerConfig, value)
  throw new Error(`${file}: ${error?.instancePath || '/'} ${error?.message ?? 'is not of the form of a peer\'s configuration'}`)
}

/** Every block that the peer has at the moment of asking. What it writes afterwards is not waited for. */
export async function withPeerBlocks<T> (config: PeerConfig, work: (blocks: ReturnType<BlockSource['blocks']>, height: number) => Promise<T>): Promise<T> {
  const source = await openBlockSource(config)
  try {
    const height = await source.height()
    return await work(source.blocks({ from: 0n, to: height - 1n }), Number(height))
  } finally {
    source.close()
  }
}
