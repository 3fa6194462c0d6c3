import { join } from 'node:path'
import type { KeyPair } from '../../protocol/src/schnorr.ts'
import { openServiceKey } from '../../service/src/service-key.ts'

/** The gateway's Schnorr key, `gateway-key` in its folder: the directory names it, and it signs statements of inclusion. */
export function openGatewayKey (folder: string): KeyPair {
  return openServiceKey(join(folder, 'gateway-key'))
}
