import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findChromium } from '../../web/host/open-browser.ts'
import { prepareFabric } from './fabric-tools.ts'
import { runNode } from './run-command.ts'
import { runSuite, type Outcome } from './run-suite.ts'
import { endRunningTests } from './run-test-file.ts'
import { findTestFiles } from './test-files.ts'

const root = resolve(import.meta.dirname, '../..')
const usage = `Usage: ./scripts/test [--fast | --browser | --fabric] [PART…]

Installs what is missing, then runs lint, the fast tests, those in a real Chromium
(*.browser.ts), and those on a real Fabric network (*.fabric.ts), the latter two one
at a time. The last line is «N passed, N failed».

  --fast     lint and the fast tests only
  --browser  the browser suite only
  --fabric   the Fabric suite only
  PART       only test files whose path contains it, and no lint

Without a Chromium (on the PATH, or named by SCRUTIN_CHROMIUM) the browser suite is left
out, without Go, a C compiler or FABRIC_BIN the Fabric suite, which is said; with CI=true
that is a failure.`

const nothing: Outcome = { passed: 0, failed: 0 }

function print (line: string): void {
  process.stdout.write(line + '\n')
}

/** ESLint and the compiler, side by side; each counts as one test. */
async function lint (): Promise<Outcome> {
  print('Lint')
  const steps: Array<[string, string[]]> = [
    ['eslint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']],
    ['tsc', ['node_modules/typescript/bin/tsc']]
  ]
  const outcomes = await Promise.all(steps.map(async ([name, args]): Promise<Outcome> => {
    const { ok, output, seconds } = await runNode(root, args)
    print(`  ${ok ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)`)
    if (!ok) print(output.trimEnd())
    return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  }))
  return add(outcomes)
}

async function fastSuite (files: readonly string[]): Promise<Outcome> {
  const start = performance.now()
  print(`Fast suite: ${files.length} files`)
  const jobs = Math.min(4, Math.max(2, availableParallelism()))
  const outcome = await runSuite({ root, files, jobs, timeout: 300, print })
  print(`Fast suite: ${describe(outcome)} in ${duration(start)}`)
  return outcome
}

async function browserSuite (files: readonly string[]): Promise<Outcome> {
  if (files.length === 0) return nothing
  print(`Browser suite: ${files.length} files, in Chromium`)
  if (findChromium() === undefined) return leftOut('BROWSER', 'there is no Chromium on the PATH. Install it, or set SCRUTIN_CHROMIUM to its program.', files, process.env.CI === 'true')
  const start = performance.now()
  const outcome = await runSuite({ root, files, jobs: 1, timeout: 180, print })
  print(`Browser suite: ${describe(outcome)} in ${duration(start)}`)
  return outcome
}

function leftOut (suite: string, reason: string, files: readonly string[], fatal: boolean): Outcome {
  print(`\n${'!'.repeat(80)}\nTHE ${suite} SUITE DID NOT RUN: ${reason}\nNot run: ${files.join(', ')}\n${'!'.repeat(80)}\n`)
  return fatal ? { passed: 0, failed: files.length } : nothing
}

async function fabricSuite (files: readonly string[]): Promise<Outcome> {
  if (files.length === 0) {
    print('Fabric suite: there is no file of it yet')
    return nothing
  }
  print(`Fabric suite: ${files.length} files, on real Fabric networks`)
  const tools = await prepareFabric(root)
  if (tools.state !== 'ready') {
    return leftOut('FABRIC', tools.reason, files, tools.state === 'broken' || process.env.CI === 'true')
  }
  const start = performance.now()
  const outcome = await runSuite({ root, files, jobs: 1, timeout: 900, showStderr: true, print })
  print(`Fabric suite (${files.join(', ')}): ${describe(outcome)} in ${duration(start)}`)
  return outcome
}

function add (outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), nothing)
}

function describe ({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`
}

function duration (start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(0)} s`
}

function readOptions () {
  return parseArgs({
    options: { fast: { type: 'boolean' }, browser: { type: 'boolean' }, fabric: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true
  })
}

function readOptionsOrExit (): ReturnType<typeof readOptions> {
  try {
    return readOptions()
  } catch (error) {
    print(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}

async function main (): Promise<void> {
  const { values, positionals } = readOptionsOrExit()
  if (values.help === true) return print(usage)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      endRunningTests()
      print(`Stopped by ${signal}.`)
      process.exit(130)
    })
  }
  const files = findTestFiles(root, positionals)
  const outcomes: Outcome[] = []
  const only = (['fast', 'browser', 'fabric'] as const).filter((suite) => values[suite] === true)
  const isWanted = (suite: typeof only[number]): boolean => only.length === 0 || only.includes(suite)
  if (isWanted('fast') && positionals.length === 0) outcomes.push(await lint())
  if (isWanted('fast')) outcomes.push(await fastSuite(files.fast))
  if (isWanted('browser')) outcomes.push(await browserSuite(files.browser))
  if (isWanted('fabric')) outcomes.push(await fabricSuite(files.fabric))
  const sum = add(outcomes)
  if (sum.passed + sum.failed === 0) {
    print('No test ran.')
    process.exitCode = 1
  }
  if (sum.failed > 0) process.exitCode = 1
  print(describe(sum))
}

await main()
