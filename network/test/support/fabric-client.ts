/** A client of Fabric's own SDK, for tests that need more or less than the port `Ledger` gives. */
import { readFile } from 'node:fs/promises'
import { Gateway, Wallets } from 'fabric-network'
import type { LedgerSection } from '../../src/service-configs.ts'

/** Connects through the peer of this section as its identity, and disconnects when `work` is done. Throws for an embedded ledger. */
export async function withGateway<Result> (ledger: LedgerSection | undefined, work: (gateway: Gateway, ledger: LedgerSection & { kind: 'fabric' }) => Promise<Result>): Promise<Result> {
  if (ledger?.kind !== 'fabric') throw new Error('there is no such identity on Fabric')
  const wallet = await Wallets.newInMemoryWallet()
  await wallet.put('identity', {
    type: 'X.509',
    mspId: ledger.mspId,
    version: 1,
    credentials: { certificate: await readFile(ledger.certificate, 'utf8'), privateKey: await readFile(ledger.privateKey, 'utf8') },
  } as never)
  const gateway = new Gateway()
  try {
    const profile = JSON.parse(await readFile(ledger.connectionProfile, 'utf8')) as Record<string, unknown>
    await gateway.connect(profile, { wallet, identity: 'identity', discovery: { enabled: true, asLocalhost: false } })
    return await work(gateway, ledger)
  } finally {
    gateway.disconnect()
  }
}
