import Type from 'typebox'
import type { Ledger } from '../../../ledger/src/port.ts'
import { TransactionId } from '../answers.ts'
import { readContract } from '../read-contract.ts'

const FoundTrackers = Type.Object({ transactionIds: Type.Array(Type.Union([TransactionId, Type.Null()])) }, { additionalProperties: false })

/** By which transaction each of these ballots came into the box, in order, as the own peer has it. Dear: the peer looks through the history of every one. */
export async function findTransactions (ledger: Ledger, electionId: string, trackers: readonly string[]): Promise<(string | undefined)[]> {
  const { transactionIds } = await readContract(ledger, FoundTrackers, 'findTrackers', [electionId, JSON.stringify(trackers)])
  return trackers.map((_, i) => transactionIds[i] ?? undefined)
}
