/** Whether every member's own peer holds exactly these ballots. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openLedger } from '../../ledger/src/open-ledger.ts'
import type { RunningNetwork } from '../../network/src/bring-up.ts'

/** Ballots of a page: with base64url they fit into a gRPC message of 4 MiB. */
const pageSize = 500
const catchUpMs = 30_000

/** Throws with the member's name unless the box of each peer is the set of these trackers. */
export async function assertOnEveryPeer (network: RunningNetwork, electionId: string, trackers: ReadonlySet<string>): Promise<void> {
  for (const { name, ledgers: { auditor } } of network.members) {
    const ledger = await openLedger(auditor!)
    try {
      const deadline = performance.now() + catchUpMs
      for (;;) {
        const found = await trackersOf(ledger, electionId)
        if (found.size === trackers.size && [...trackers].every((tracker) => found.has(tracker))) break
        // the last block may not have reached this peer yet
        if (performance.now() > deadline) throw new Error(`the peer of ${name} holds ${found.size} ballots, not the ${trackers.size} that have receipts`)
        await sleep(1000)
      }
    } finally {
      await ledger.close()
    }
  }
}

async function trackersOf (ledger: Awaited<ReturnType<typeof openLedger>>, electionId: string): Promise<Set<string>> {
  const trackers = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = new TextDecoder().decode(await ledger.evaluate('readBallots', [electionId, cursor, String(pageSize)]))
    const page = JSON.parse(answer) as { ballots: { tracker: string }[], cursor: string | null }
    for (const { tracker } of page.ballots) trackers.add(tracker)
    cursor = page.cursor
  }
  return trackers
}
