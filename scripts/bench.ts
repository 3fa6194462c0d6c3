/** `npm run bench`: measures casting and what it is made of on a four-member network of its own, and removes it. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reset } from '../network/src/bring-down.ts'
import { bringUp } from '../network/src/bring-up.ts'
import { printed } from '../network/src/progress.ts'
import { allParts, figuresByPart, partsFor } from './bench/figures.ts'
import { runBench } from './bench/run-bench.ts'
import { print, runCommand } from './run-command.ts'
import { UsageError, wholeNumber } from './whole-number.ts'

const repository = join(import.meta.dirname, '..')
const usage = `Usage: npm run -s bench -- [--json] [--only NAME]… [options]

Measures on a real four-member Fabric network (BFT) that it brings up and removes,
in under 25 minutes. BENCHMARKS.md says what each figure is and what bounds it.

  --only NAME       only this figure, and what it needs; may be given several times. Figures, by part:
${allParts.map((part) => `                      ${part}: ${figuresByPart[part].join(', ')}`).join('\n')}
  --ballots N       cast to measure castPerSecond (5000)
  --at-once N       voters at the same time for castPerSecond (1600)
  --burst N         voters that come at the same moment (2000)
  --port-base N     first of the ports used (25000)
  --json            one JSON object on stdout

Exit code 0 when everything asked for was measured, 1 when not, 2 for wrong usage.`

/** All in all, whatever hangs; removing the network comes on top. */
const mostSeconds = 22 * 60

async function main (): Promise<void> {
  const { values } = readOptions()
  if (values.help) return print(usage)
  const parts = partsFor(values.only)
  if (parts === undefined) throw new UsageError(`--only takes the name of a figure or of a part, not ${values.only.join(', ')}`)
  const castBallots = wholeNumber('ballots', values.ballots, 1, 100_000)
  const burstVoters = wholeNumber('burst', values.burst, 1, 10_000)
  const inFlight = wholeNumber('at-once', values['at-once'], 1, 10_000)
  const portBase = wholeNumber('port-base', values['port-base'], 1024, 65_000)
  const progress = printed()
  const started = performance.now()
  const dataFolder = await mkdtemp(join(tmpdir(), 'scrutin-bench-'))
  let removing: Promise<void> | undefined
  const remove = (): Promise<void> => {
    removing ??= (async () => {
      await reset({ dataFolder, progress }).catch((error: unknown) => { process.stderr.write(`${String(error)}\n`) })
      await rm(dataFolder, { recursive: true, force: true })
    })()
    return removing
  }
  const stop = (why: string): void => {
    process.stderr.write(`Stopped: ${why}.\n`)
    void remove().finally(() => process.exit(130))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop(signal) })
  const alarm = setTimeout(() => { stop(`longer than ${mostSeconds} s`) }, mostSeconds * 1000)
  try {
    const { figures, problems } = await runBench({
      parts,
      castBallots,
      burstVoters,
      inFlight,
      progress,
      bringUp: async () => await bringUp({ dataFolder, portBase, chaincodeFolder: join(repository, 'scripts/bench/contract'), progress }),
    })
    for (const [part, problem] of Object.entries(problems)) process.stderr.write(`✗ ${part}: ${problem}\n`)
    const about = { commit: commit(), node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model ?? '', ballots: castBallots, seconds: Math.round((performance.now() - started) / 1000) }
    print(values.json ? JSON.stringify({ ...figures, about, problems }) : Object.entries(figures).map(([name, value]) => `${name.padEnd(20)} ${typeof value === 'number' ? value : JSON.stringify(value)}`).join('\n'))
    if (Object.keys(problems).length > 0) process.exitCode = 1
  } finally {
    clearTimeout(alarm)
    await remove()
  }
}

function readOptions () {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        ballots: { type: 'string', default: '5000' },
        burst: { type: 'string', default: '2000' },
        'at-once': { type: 'string', default: '1600' },
        'port-base': { type: 'string', default: '25000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function commit (): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: repository, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}

await runCommand(usage, main)
