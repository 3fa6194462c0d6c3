import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, ScrutinError } from '../../../protocol/src/errors.ts'

/** Tries again as long as the ledger answers `ledger.conflict`. */
export async function untilValid<T> (submit: () => Promise<T>): Promise<T> {
  return await tryAgainAfter('ledger.conflict', 20, submit)
}

/** Tries again as long as the ledger answers `ledger.unavailable`. */
export async function untilAvailable<T> (submit: () => Promise<T>): Promise<T> {
  return await tryAgainAfter('ledger.unavailable', 1000, submit)
}

async function tryAgainAfter<T> (code: ErrorCode, mostMilliseconds: number, submit: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await submit()
    } catch (error) {
      if (!(error instanceof ScrutinError) || error.code !== code) throw error
      await sleep(randomInt(mostMilliseconds))
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
