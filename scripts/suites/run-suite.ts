import { stringify } from 'yaml'
import { runTestFile, type FileOutcome } from './run-test-file.ts'

/** How a suite, or one step of the run, came out. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
}

export interface SuiteOptions {
  readonly root: string
  readonly files: readonly string[]
  /** Files that run at the same time. */
  readonly jobs: number
  /** Seconds one file may take. */
  readonly timeout: number
  /** Lets the files' standard error through as it comes; otherwise it is printed where one fails. */
  readonly showStderr?: boolean
  readonly print: (line: string) => void
}

/** Runs test files, printing each as it ends and every failure with what the test said of it. */
export async function runSuite (options: SuiteOptions): Promise<Outcome> {
  const queue = [...options.files]
  const outcomes: FileOutcome[] = []
  async function work (): Promise<void> {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const outcome = await runTestFile(options.root, file, options)
      outcomes.push(outcome)
      report(outcome, `${outcomes.length}/${options.files.length}`, options.print)
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, work))
  return {
    passed: outcomes.reduce((sum, outcome) => sum + outcome.passed, 0),
    failed: outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
  }
}

/** Failures of one file that are printed in full. */
const shownFailures = 10

function report (outcome: FileOutcome, place: string, print: (line: string) => void): void {
  const skipped = outcome.skipped === 0 ? '' : `, ${outcome.skipped} skipped`
  const count = outcome.failed === 0 ? `${outcome.passed} passed` : `${outcome.passed} passed, ${outcome.failed} FAILED`
  print(`  ${outcome.failed === 0 ? '✓' : '✗'} ${place} ${outcome.file}: ${count}${skipped} (${outcome.seconds.toFixed(1)} s)`)
  for (const failure of outcome.failures.slice(0, shownFailures)) {
    print(`      ${failure.name}`)
    if (failure.detail != null) print(indent(describeDetail(failure.detail), '        '))
  }
  const more = outcome.failures.length - shownFailures
  if (more > 0) print(`      … and ${more} more`)
  if (outcome.failed > 0 && outcome.stderr !== '') print(indent(outcome.stderr, '      | '))
}

/** Leaves out the lines of source around the place: the stack names it. */
function describeDetail (detail: unknown): string {
  return stringify(detail, (key: unknown, value: unknown) => key === 'source' ? undefined : value, { lineWidth: 0 })
}

function indent (text: string, by: string): string {
  return text.trimEnd().split('\n').map(line => by + line).join('\n')
}
