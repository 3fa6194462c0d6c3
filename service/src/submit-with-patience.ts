import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Committed, Ledger } from '../../ledger/src/port.ts'

/** Of as many services that write to the same record one is first each time. */
const mostAttempts = 10

/** Submits again what lost against another transaction (`ledger.conflict`): it changed nothing. */
export async function submitWithPatience (ledger: Ledger, transaction: string, args: readonly string[]): Promise<Committed> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ledger.submit(transaction, args)
    } catch (error) {
      if (!(error instanceof ScrutinError) || error.code !== 'ledger.conflict' || attempt === mostAttempts) throw error
      await sleep(randomInt(20, 100) * attempt)
    }
  }
}
