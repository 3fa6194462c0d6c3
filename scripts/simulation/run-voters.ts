/** Voters as separate clients: each goes the whole way over HTTP, from codes to a receipt. */
import type { Progress } from '../../network/src/progress.ts'
import type { Answer } from '../../protocol/src/kinds/kinds.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Receipt } from '../../protocol/src/receipt.ts'
import { GatewayClient } from '../../voter/src/gateway-client.ts'
import { type ElectionAtHand, meetElection, vote } from '../../voter/src/vote.ts'

export interface Voter {
  /** One of each registrar, in the definition's order. */
  readonly codes: readonly string[]
  readonly answers: readonly Answer[]
}

export interface VotersOutcome {
  readonly receipts: readonly Receipt[]
  /** By error code. */
  readonly rejected: Readonly<Record<string, number>>
  readonly seconds: number
}

export interface RunVotersOptions {
  readonly electionId: string
  readonly gateways: readonly string[]
  readonly voters: readonly Voter[]
  /** How many vote at the same time. */
  readonly atOnce: number
  readonly progress: Progress
  /** What one voter does; the ordinary way by default. */
  readonly castOne?: CastOne
}

export type CastOne = (election: ElectionAtHand, voter: Voter, gateways: readonly GatewayClient[], index: number) => Promise<Receipt>

const ordinaryWay: CastOne = async (election, { codes, answers }, gateways) => (await vote(election, codes, answers, { gateways })).receipt

export async function runVoters (options: RunVotersOptions): Promise<VotersOutcome> {
  const { voters, atOnce, progress, castOne = ordinaryWay } = options
  const clients = options.gateways.map((url) => new GatewayClient(url))
  const election = await meetElection(clients[0]!, options.electionId)
  // Tables of multiples: a device that votes once has no use for them, this process votes for all.
  for (const key of election.election.rules.electionKeys) key.precompute(8)
  const receipts: Receipt[] = []
  const rejected: Record<string, number> = {}
  const start = performance.now()
  const seconds = (): number => (performance.now() - start) / 1000
  await progress.step(`${voters.length} voters`, async (note) => {
    const queue = voters.entries()
    const tell = throttled(note, () => describe(receipts.length, voters.length, seconds()))
    const oneAfterTheOther = async (): Promise<void> => {
      for (const [index, voter] of queue) {
        // Each member's gateway has its share of the voters; the next ones are tried when it fails.
        const order = clients.map((_, i) => clients[(index + i) % clients.length]!)
        try {
          receipts.push(await castOne(election, voter, order, index))
        } catch (error) {
          if (!(error instanceof ScrutinError)) throw error
          rejected[error.code] = (rejected[error.code] ?? 0) + 1
        }
        tell()
      }
    }
    await Promise.all(Array.from({ length: atOnce }, oneAfterTheOther))
  })
  return { receipts, rejected, seconds: seconds() }
}

function describe (done: number, all: number, seconds: number): string {
  const rate = done / seconds
  return `${done} of ${all}, ${rate.toFixed(1)} a second, ${Math.ceil((all - done) / rate)} s left`
}

/** At most one note every two seconds. */
function throttled (note: (text: string) => void, text: () => string): () => void {
  let last = 0
  return () => {
    const now = performance.now()
    if (now - last < 2000) return
    last = now
    note(text())
  }
}
