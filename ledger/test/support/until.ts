import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../../protocol/src/errors.ts'

/** Tries again as long as the ledger answers `ledger.conflict`. */
export async function untilValid<T> (submit: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await submit()
    } catch (error) {
      if (!(error instanceof ScrutinError) || error.code !== 'ledger.conflict') throw error
      await sleep(randomInt(20))
    }
  }
}

/** @throws Error when it does not hold within 20 s */
export async function eventually (holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!await holds()) {
    if (Date.now() > deadline) throw new Error('this did not happen within 20 s')
    await sleep(20)
  }
}
