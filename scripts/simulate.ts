/** `npm run simulate`: voters who go the whole way, then close, count, audit. Brings up what it needs and removes it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Question } from '../protocol/src/kinds/kinds.ts'
import { reset } from '../network/src/bring-down.ts'
import { printed } from '../network/src/progress.ts'
import { bringUpConsortium } from './staging/bring-up-consortium.ts'
import { approvedFrom, drawnPoll, isKind, kindsOfPolls, type Poll, pollOf } from './simulation/poll.ts'
import { randomBallots, randomGrades } from './simulation/random-ballots.ts'
import { type BallotTable, parseBallots } from './simulation/read-ballots.ts'
import { simulateElection, type Simulation } from './simulation/simulate-election.ts'
import { print, runCommand } from './run-command.ts'
import { UsageError, wholeNumber } from './whole-number.ts'

const usage = `Usage: npm run -s simulate -- [--voters N | --ballots FILE] [options]

Voters as separate clients, each the whole way over HTTP: credential from every
registrar, encryption, casting through different members' gateways; then close,
count, decryption, audit. Brings up a network of its own and removes it.

  --kind KIND       choose (the default), yes-no, score, cumulative, quadratic
                    or majority-judgment
  --voters N        random ballots of this kind over five options (100)
  --candidates N    of random majority-judgment ballots, with --grades G (5)
  --draw C          draw C of the options for each voter (majority-judgment, score)
  --ballots FILE    exactly the ballots of a file. CSV: first column the ballot's
                    number, then a column an option: 0 or 1 for choose and yes-no,
                    points, or grades, of which the highest number is the best and
                    0 is no opinion. CSV with a grade a column and a candidate a
                    row: ballots that come to these numbers, worst grade first, or
                    best first if the last column is NSP, no opinion. Or a .pb
                    file of Pabulib: choose counts who supports a project,
                    cumulative counts points
  --approve-from G  read grades from G on as approval
  --limit N         only the first N ballots
  --fabric          on a real four-member Fabric network (without it: embedded ledger)
  --at-once N       voters at the same time (32)
  --port-base N     first of the ports used (23000)
  --out BUNDLE      keep the bundle there
  --json            one JSON object on stdout: {ballots, committed, rejected,
                    counts, ranking, winners, funded (of budgets),
                    verified, seconds}

Exit code 0 when everything was verified, 1 when not, 2 for wrong usage.`

async function main (): Promise<void> {
  const { values } = readOptions()
  if (values.help) return print(usage)
  const poll = await readPoll(values)
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
      poll,
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
        kind: { type: 'string', default: 'choose' },
        voters: { type: 'string' },
        ballots: { type: 'string' },
        'approve-from': { type: 'string' },
        candidates: { type: 'string' },
        grades: { type: 'string' },
        draw: { type: 'string' },
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

async function readPoll (values: ReturnType<typeof readOptions>['values']): Promise<Poll> {
  const { kind } = values
  if (!isKind(kind)) throw new UsageError(`--kind is one of ${kindsOfPolls.join(', ')}`)
  if (values.ballots !== undefined && values.voters !== undefined) throw new UsageError('give --voters or --ballots, not both')
  const limit = values.limit === undefined ? Infinity : wholeNumber('limit', values.limit, 1, 1_000_000)
  const file = values.ballots === undefined
    ? randomTable(kind, wholeNumber('voters', values.voters ?? '100', 1, 100_000), values)
    : await readBallotsFile(values.ballots, values['approve-from'])
  try {
    const poll = pollOf(kind, { ...file, rows: file.rows.slice(0, limit) })
    return values.draw === undefined ? poll : drawnPoll(poll, wholeNumber('draw', values.draw, 1, 99))
  } catch (error) {
    throw new UsageError(`${values.ballots ?? 'ballots'}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function randomTable (kind: Question['kind'], voters: number, { candidates, grades }: { candidates?: string | undefined, grades?: string | undefined }): BallotTable {
  if (candidates === undefined && grades === undefined) return randomBallots(kind, voters, ['Ada', 'Blaise', 'Condorcet', 'Olympe', 'Sophie'])
  if (kind !== 'majority-judgment') throw new UsageError('--candidates and --grades are for random ballots of majority-judgment')
  return randomGrades(voters, wholeNumber('candidates', candidates ?? '5', 1, 100), wholeNumber('grades', grades ?? '5', 2, 20))
}

async function readBallotsFile (file: string, approveFrom: string | undefined): Promise<BallotTable> {
  const grade = approveFrom === undefined ? undefined : wholeNumber('approve-from', approveFrom, 0, 99)
  try {
    const table = parseBallots(await readFile(file, 'utf8'))
    return grade === undefined ? table : approvedFrom(table, grade)
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function explain (outcome: { ballots: number, committed: number, rejected: object, counts: Simulation['counts'], ranking: readonly string[], verified: boolean, seconds: number }): string {
  return [
    `${outcome.ballots} ballots, ${outcome.committed} committed, rejected ${JSON.stringify(outcome.rejected)}, ${outcome.seconds} s in all`,
    ...outcome.ranking.map((name) => `${JSON.stringify(outcome.counts[name]).padStart(8)}  ${name}`),
    outcome.verified ? 'verified: every check holds, and every count is that of the ballots given' : 'NOT VERIFIED',
  ].join('\n')
}

await runCommand(usage, main)
