/** `npm run simulate`: voters who go the whole way, then close, count, audit. Brings up what it needs and removes it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { reset } from '../network/src/bring-down.ts'
import { printed } from '../network/src/progress.ts'
import { bringUpConsortium } from './staging/bring-up-consortium.ts'
import { type BallotsFile, parseBallots, randomBallots } from './simulation/read-ballots.ts'
import { simulateElection, type Simulation } from './simulation/simulate-election.ts'
import { UsageError, wholeNumber } from './whole-number.ts'

const usage = `Usage: npm run -s simulate -- [--voters N | --ballots FILE] [options]

Voters as separate clients, each the whole way over HTTP: credential from every
registrar, encryption, casting through different members' gateways; then close,
count, decryption, audit. Brings up a network of its own and removes it.

  --voters N        random ballots over five options (100)
  --ballots FILE    exactly the ballots of a CSV file: first column the ballot's
                    number, then a column an option, 0 or 1 (or grades)
  --approve-from G  read grades from G on as approval
  --limit N         only the first N ballots
  --fabric          on a real four-member Fabric network (without it: embedded ledger)
  --at-once N       voters at the same time (32)
  --port-base N     first of the ports used (23000)
  --out BUNDLE      keep the bundle there
  --json            one JSON object on stdout: {ballots, committed, rejected, counts, verified, seconds}

Exit code 0 when everything was verified, 1 when not, 2 for wrong usage.`

async function main (): Promise<void> {
  const { values } = readOptions()
  if (values.help) return print(usage)
  const file = await readBallots(values)
  const atOnce = wholeNumber('at-once', values['at-once'], 1, 1000)
  const portBase = wholeNumber('port-base', values['port-base'], 1024, 65_000)
  const progress = printed()
  const started = performance.now()
  const dataFolder = await mkdtemp(join(tmpdir(), 'scrutin-simulation-'))
  const remove = async (): Promise<void> => {
    await reset({ dataFolder, progress }).catch(() => undefined) // nothing was brought up yet
    await rm(dataFolder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { void remove().finally(() => process.exit(130)) })
  try {
    const network = await bringUpConsortium({ fabric: values.fabric, dataFolder, portBase, progress })
    const { report, votingSeconds, ...outcome } = await simulateElection({
      network,
      file,
      progress,
      title: values.ballots === undefined ? 'Simulation' : basename(values.ballots),
      atOnce,
      ...(values.out === undefined ? {} : { out: values.out }),
    })
    const seconds = Math.round((performance.now() - started) / 100) / 10
    for (const check of report.checks.filter(({ ok }) => !ok)) process.stderr.write(`✗ ${check.name}: ${check.detail}\n`)
    process.stderr.write(`${outcome.committed} ballots in ${votingSeconds.toFixed(1)} s of voting: ${(outcome.committed / votingSeconds).toFixed(1)} a second\n`)
    print(values.json ? JSON.stringify({ ...outcome, seconds }) : explain({ ...outcome, seconds }))
    if (!outcome.verified) process.exitCode = 1
  } finally {
    await remove()
  }
}

function readOptions () {
  try {
    return parseArgs({
      options: {
        voters: { type: 'string' },
        ballots: { type: 'string' },
        'approve-from': { type: 'string' },
        limit: { type: 'string' },
        fabric: { type: 'boolean', default: false },
        'at-once': { type: 'string', default: '32' },
        'port-base': { type: 'string', default: '23000' },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

async function readBallots (values: ReturnType<typeof readOptions>['values']): Promise<BallotsFile> {
  if (values.ballots !== undefined && values.voters !== undefined) throw new UsageError('give --voters or --ballots, not both')
  const limit = values.limit === undefined ? Infinity : wholeNumber('limit', values.limit, 1, 1_000_000)
  const file = values.ballots === undefined
    ? randomBallots(wholeNumber('voters', values.voters ?? '100', 1, 100_000), ['Ada', 'Blaise', 'Condorcet', 'Olympe', 'Sophie'])
    : await readBallotsFile(values.ballots, values['approve-from'])
  return { ...file, ballots: file.ballots.slice(0, limit) }
}

async function readBallotsFile (file: string, approveFrom: string | undefined): Promise<BallotsFile> {
  const grade = approveFrom === undefined ? undefined : wholeNumber('approve-from', approveFrom, 0, 99)
  try {
    return parseBallots(await readFile(file, 'utf8'), grade)
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function explain (outcome: { ballots: number, committed: number, rejected: object, counts: Simulation['counts'], verified: boolean, seconds: number }): string {
  const counts = Object.entries(outcome.counts).sort(([, a], [, b]) => Number(b) - Number(a))
  return [
    `${outcome.ballots} ballots, ${outcome.committed} committed, rejected ${JSON.stringify(outcome.rejected)}, ${outcome.seconds} s in all`,
    ...counts.map(([name, count]) => `${(typeof count === 'number' ? String(count) : JSON.stringify(count)).padStart(8)}  ${name}`),
    outcome.verified ? 'verified: every check holds, and every count is that of the ballots given' : 'NOT VERIFIED',
  ].join('\n')
}

function print (text: string): void {
  process.stdout.write(text + '\n')
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof UsageError ? `${error.message}\n\n${usage}` : error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
