/** A ledger behind a door that a test opens, for services that start without their peer. */
import type { Test } from 'tap'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { LedgerConfig } from '../../../ledger/src/config.ts'
import type { ContractEvent, Ledger, LedgerBlock } from '../../../ledger/src/port.ts'

export const config: LedgerConfig = { kind: 'embedded', file: 'not opened', mspId: 'MemberD', role: 'gateway' }
export const pauseMs = { first: 10, longest: 40 }
export const event: ContractEvent = { blockNumber: 3n, index: 1, transactionId: '00', name: 'state', payload: new Uint8Array() }
export const block: LedgerBlock = { number: 0n, bytes: Uint8Array.of(7) }

/** Says what it was asked, so that a test sees that it was asked at all. */
export function answering (): { ledger: Ledger, closed: () => number } {
  let closed = 0
  const ledger: Ledger = {
    kind: 'embedded',
    notice: 'for trying out',
    mspId: 'MemberD',
    submit: async (transaction) => ({ transactionId: transaction, blockNumber: 1n, index: 0, result: new Uint8Array() }),
    evaluate: async (transaction) => new TextEncoder().encode(transaction),
    locate: async () => ({ blockNumber: 9n, index: 2 }),
    status: async () => ({ height: 4n, blockHash: 'ab' }),
    events: async function * () { yield event },
    blocks: async function * () { yield block },
    close: async () => { closed++ },
  }
  return { ledger, closed: () => closed }
}

/** Fails as it is told, again and again, until it is let go. */
export function opener (ledger: Ledger): { open: () => Promise<Ledger>, attempts: number[], failWith: Error | undefined } {
  const made = {
    attempts: [] as number[],
    failWith: new ScrutinError('ledger.unavailable', 'down') as Error | undefined,
    open: async () => {
      made.attempts.push(performance.now())
      if (made.failWith !== undefined) throw made.failWith
      return ledger
    },
  }
  return made
}

export const never = (t: Test) => (error: unknown): void => { t.fail('it gave up', { error }) }
export const quiet = { info: () => undefined, warn: () => undefined }

export async function all<T> (values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const value of values) found.push(value)
  return found
}
