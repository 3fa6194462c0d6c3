import type { Test } from 'tap'
import { type ErrorCode, ScrutinError } from '../../src/errors.ts'

/** Asserts that `act` throws the catalogue's error with this code (and, if given, this in its detail). */
export function refuses (t: Test, code: ErrorCode, act: () => unknown, detail?: RegExp): void {
  let thrown: unknown
  try {
    act()
  } catch (error) {
    thrown = error
  }
  if (!(thrown instanceof ScrutinError)) {
    t.fail(`expected ${code}, but got ${thrown instanceof Error ? thrown.message : 'no error'}`)
    return
  }
  t.equal(thrown.code, code, `refused with ${code}`)
  if (detail !== undefined) t.match(thrown.detail, detail)
}
