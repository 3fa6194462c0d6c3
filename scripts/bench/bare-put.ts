/** How many transactions a second the network takes when the contract only puts a key. */
import { openLedger } from '../../ledger/src/open-ledger.ts'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import { barePutName } from './contract/bare-put-contract.ts'

/** As many clients at the same time; the best counts. */
export const clientCounts = [16, 64, 256] as const
const warmUpMs = 3_000
const measuredMs = 15_000

/** Through the same port and adapter as the gateways, with their identities, spread over all members. */
export async function measureBarePut (network: RunningNetwork, note: (text: string) => void): Promise<{ best: number, committed: number }> {
  const ledgers = await Promise.all(network.members.map(async ({ ledgers: { gateway } }) => await openLedger(gateway!)))
  let best = 0
  let all = 0
  try {
    for (const clients of clientCounts) {
      const start = performance.now()
      const end = start + warmUpMs + measuredMs
      let committed = 0
      await Promise.all(Array.from({ length: clients }, async (_, client) => {
        const ledger = ledgers[client % ledgers.length]!
        for (let i = 0; performance.now() < end; i++) {
          await ledger.submit(`${barePutName}:put`, [`${clients}-${client}-${i}`, 'a value of thirty-two characters'])
          all++
          const now = performance.now()
          if (now >= start + warmUpMs && now < end) committed++
        }
      }))
      const perSecond = committed / (measuredMs / 1000)
      best = Math.max(best, perSecond)
      note(`${clients} clients: ${perSecond.toFixed(1)} a second`)
    }
  } finally {
    await Promise.all(ledgers.map(async (ledger) => { await ledger.close() }))
  }
  return { best, committed: all }
}
