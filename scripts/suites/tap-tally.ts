import type { Readable } from 'node:stream'
import { Parser, type FinalResults, type Result } from 'tap-parser'

/** A test that failed, or what went wrong around the tests. */
export interface Failure {
  /** The names from the outermost test to the assertion. */
  readonly name: string
  /** What the test said of it: the comparison, the place, the stack. */
  readonly detail?: unknown
}

/** What a stream of TAP amounts to. */
export interface Tally {
  /** Innermost tests that passed; one without subtests counts once, however many assertions it holds. */
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
}

interface Level {
  tests: number
  passed: number
  failed: number
  assertions: number
  brokenAssertions: number
  skipped: number
}

/**
 * Reads TAP to its end and counts the innermost tests in it. A file without
 * subtests is one test. A missing plan, a bail-out or a closing test point
 * that fails by itself counts as a failure, so nothing that stopped half way passes.
 */
export async function tallyTap (tap: Readable): Promise<Tally> {
  const parser = new Parser()
  const failures: Failure[] = []
  const root = watchLevel(parser, failures)
  let bailedOut = false
  parser.on('bailout', (reason: string) => {
    if (!bailedOut) failures.push({ name: `bailed out: ${reason}` })
    bailedOut = true
  })
  const finished = new Promise<{ ok: boolean, problem: string | undefined }>(resolve => {
    parser.on('complete', (results: FinalResults) => {
      const problem = results.failures.find(failure => failure.tapError !== null)
      resolve({ ok: results.ok, problem: problem?.tapError ?? undefined })
    })
  })
  tap.pipe(parser)
  const { ok, problem } = await finished
  const count = closeLevel(root)
  if (!ok && count.failed === 0) {
    count.failed = 1
    if (!bailedOut) failures.push({ name: problem ?? 'the TAP is not whole' })
  }
  return { passed: count.passed, failed: count.failed, skipped: root.skipped, failures }
}

function watchLevel (parser: Parser, failures: Failure[]): Level {
  const level: Level = { tests: 0, passed: 0, failed: 0, assertions: 0, brokenAssertions: 0, skipped: 0 }
  let lastChild: { passed: number, failed: number } | undefined
  parser.on('child', (child: Parser) => {
    const childLevel = watchLevel(child, failures)
    child.on('complete', () => {
      lastChild = closeLevel(childLevel)
      level.tests += 1
      level.skipped += childLevel.skipped
      level.passed += lastChild.passed
      level.failed += lastChild.failed
    })
  })
  parser.on('assert', (result: Result) => {
    const child = result.closingTestPoint ? lastChild : undefined
    lastChild = undefined
    if (child === undefined) {
      countAssertion(level, result, failures)
    } else if (!result.ok && result.todo === false && child.failed === 0) {
      // its assertions held, but it timed out, ended early or had no plan
      level.failed += 1
      level.passed -= Math.min(1, child.passed)
      failures.push(failureOf(result))
    }
  })
  return level
}

function countAssertion (level: Level, result: Result, failures: Failure[]): void {
  if (result.skip !== false) level.skipped += 1
  else if (result.ok) level.assertions += 1
  else if (result.todo === false) {
    level.brokenAssertions += 1
    failures.push(failureOf(result))
  }
}

function failureOf (result: Result): Failure {
  return { name: result.fullname, detail: result.diag as unknown }
}

function closeLevel (level: Level): { passed: number, failed: number } {
  if (level.tests > 0) return { passed: level.passed, failed: level.failed + level.brokenAssertions }
  if (level.brokenAssertions > 0) return { passed: 0, failed: 1 }
  return { passed: level.assertions > 0 ? 1 : 0, failed: 0 }
}
