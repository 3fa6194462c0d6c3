/** Blocks straight from a member's peer, with an identity that an outsider can be given. */
import { type BlockSource, openBlockSource, type PeerConfig } from '../../ledger/src/block-source.ts'

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
