import type { Contract } from 'fabric-contract-api'
import type { LedgerConfig } from './config.ts'
import type { Ledger } from './port.ts'

export interface OpenLedgerOptions {
  /** Embedded only: another contract than Scrutin's own, for tests of the ledger itself. */
  readonly contract?: Contract
}

/**
 * Opens the ledger the configuration names. A service prints the ledger's `notice`, if it has one, when it starts.
 *
 * @throws ScrutinError `ledger.unavailable` when the member's peer cannot be reached
 */
export async function openLedger (config: LedgerConfig, options: OpenLedgerOptions = {}): Promise<Ledger> {
  // Each adapter is loaded only when it is used: Fabric's client is slow to load, the contract is not needed with it.
  if (config.kind === 'fabric') {
    const { openFabricLedger } = await import('./fabric/fabric-ledger.ts')
    return await openFabricLedger(config)
  }
  const { openEmbeddedLedger } = await import('./embedded/embedded-ledger.ts')
  return await openEmbeddedLedger(config, options.contract)
}
