import Type, { type Static } from 'typebox'
import { PeerConfig } from '../../ledger/src/block-source.ts'
import { LedgerConfig } from '../../ledger/src/config.ts'
import { LogLevel } from '../../service/src/config-sections.ts'
import { readConfig } from '../../service/src/read-config.ts'
import { KnownChain } from './known-chain.ts'

/** trustee.json */
export const TrusteeConfig = Type.Object({
  /** Name of the member, for logs. */
  member: Type.String({ minLength: 1 }),
  /** With the role `trustee`. */
  ledger: LedgerConfig,
  /** Peers of other members, whose blocks are counted beside those of the member's own peer. On Fabric, f of the n members of an election are needed, and one at least. */
  peers: Type.Optional(Type.Array(PeerConfig, { maxItems: 20 })),
  /**
   * The consortium's chain, as several members give it (`network anchor`). Without it the trustee keeps the one that f + 1 members show when it first
   * commits to a key.
   */
  anchor: Type.Optional(KnownChain),
  /** Folder of its own, mode 0700: the encrypted key store lies there and nothing else of the trustee's. */
  folder: Type.String({ minLength: 1 }),
  /** File with the passphrase of the key store; without it, `SCRUTIN_TRUSTEE_PASSPHRASE` or a prompt. */
  passphraseFile: Type.Optional(Type.String({ minLength: 1 })),
  logLevel: Type.Optional(LogLevel),
}, { additionalProperties: false })
export type TrusteeConfig = Static<typeof TrusteeConfig>

/** @throws Error with a sentence that says what to set */
export async function readTrusteeConfig (file: string): Promise<TrusteeConfig> {
  return await readConfig(TrusteeConfig, file)
}
