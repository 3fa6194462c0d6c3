/** For tests that need a program which is not here: a person is told loudly, continuous integration fails. */
import type { Test } from 'tap'

export function leaveOut (t: Test, what: string, reason: string): void {
  process.stderr.write(`\n${'!'.repeat(80)}\n${what.toUpperCase()} DID NOT RUN: ${reason}\n${'!'.repeat(80)}\n\n`)
  if (process.env['CI'] === 'true') t.fail(reason)
  else t.pass(what, { skip: reason })
}
