/** `./scripts/start`: a consortium with an election open for voting, and what to try next. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bringDown } from '../network/src/bring-down.ts'
import { writePrivate, writePrivateJson } from '../network/src/private-files.ts'
import { printed } from '../network/src/progress.ts'
import type { RunningNetwork } from '../network/src/bring-up.ts'
import { bringUpConsortium } from './staging/bring-up-consortium.ts'
import { getJson } from './staging/consortium-api.ts'
import { welcomeDraft } from './staging/draft-definition.ts'
import { serveBooths, stopBooths } from './staging/serve-booths.ts'
import { stageElection } from './staging/stage-election.ts'
import { UsageError, wholeNumber } from './whole-number.ts'

const usage = `Usage: ./scripts/start [--fabric] [--voters N] [--data DIR] [--port-base N] [--json]
       ./scripts/start --stop [--fabric] [--data DIR]

Brings up the example consortium of network/consortium.yaml, announces an election,
runs its key ceremony, opens it, serves the booth, and says what to try next.
Everything stays up until --stop. Run again, it shows the election that is open.

  --fabric       on a real Hyperledger Fabric network of four members
                 (without it: on the embedded ledger, for trying out)
  --voters N     made-up people on the roll (10)
  --data DIR     where everything is kept (.scrutin/fabric or .scrutin/embedded)
  --port-base N  first of the ports used (as in consortium.yaml)
  --json         one JSON object on stdout in place of the explanation
  --stop         stop everything; the data stays`

/** What a second start shows again. */
interface Welcome {
  readonly electionId: string
  readonly gateways: readonly string[]
  readonly voters: number
  /** A file a voter with its invitation codes, one of each registrar. */
  readonly codesFolder: string
  /** Where one votes, at each member. */
  readonly booths: readonly string[]
}

async function main (): Promise<void> {
  const { values } = parseArgs({
    options: {
      fabric: { type: 'boolean', default: false },
      voters: { type: 'string', default: '10' },
      data: { type: 'string' },
      'port-base': { type: 'string' },
      json: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return print(usage)
  const dataFolder = resolve(values.data ?? join('.scrutin', values.fabric ? 'fabric' : 'embedded'))
  const progress = printed()
  if (values.stop) {
    await stopBooths(dataFolder, await readdir(join(dataFolder, 'booths')).catch(() => []))
    await bringDown({ dataFolder, progress })
    return
  }
  const voters = wholeNumber('voters', values.voters, 1, 10_000)
  const portBase = values['port-base'] === undefined ? undefined : wholeNumber('port-base', values['port-base'], 1024, 65_000)
  if (!values.fabric) process.stderr.write('On the embedded ledger: for trying out only, one file in place of a network (--fabric for the real one).\n')
  const network = await bringUpConsortium({ fabric: values.fabric, dataFolder, portBase, progress })
  const served = await progress.step('Booths', async () => await serveBooths(network))
  const file = join(dataFolder, 'welcome.json')
  const codesFolder = join(dataFolder, 'codes')
  let welcome = await openElection(file)
  if (welcome === undefined) {
    const { electionId, codes } = await stageElection(network, welcomeDraft(), voters, progress)
    // A file a voter: codes on a command line could be seen by other users of the machine.
    for (const [i, own] of codes.entries()) await writePrivate(join(codesFolder, `voter-${i + 1}`), own.join('\n') + '\n')
    welcome = { electionId, voters, codesFolder, gateways: network.members.map(({ gateway }) => gateway.url), booths: served.map((url) => `${url}#election=${electionId}`) }
    await writePrivateJson(file, welcome)
  }
  print(values.json ? JSON.stringify(welcome) : explain(welcome, network, values.fabric, codesFolder))
}

/** The election of an earlier start, if it is still open. */
async function openElection (file: string): Promise<Welcome | undefined> {
  try {
    const welcome = JSON.parse(await readFile(file, 'utf8')) as Welcome
    const { state } = await getJson(`${welcome.gateways[0]!}/v1/elections/${welcome.electionId}`) as { state: { status: string } }
    return state.status === 'open' ? welcome : undefined
  } catch {
    return undefined // none was staged, or its ledger is gone: stage one
  }
}

function explain ({ electionId, gateways, voters, booths }: Welcome, network: RunningNetwork, fabric: boolean, codesFolder: string): string {
  const [organiser] = network.members
  const keyFile = Object.values(organiser!.gateway.apiKeyFiles)[0]!
  return `
An election is open for voting on ${fabric ? 'a Fabric network of four members' : 'the embedded ledger'}.

  election   ${electionId}
  gateways   ${gateways.join('  ')}
  API        ${gateways[0]!}/openapi.json

Vote in a browser, with the codes of ${join(codesFolder, 'voter-2')} for example (one line for each registrar):

  ${booths[1] ?? booths[0]!}

Or in a terminal, as the first of the ${voters} made-up people on the roll (it asks the questions; the ballot goes through a member that is no registrar):

  npx scrutin vote --election ${electionId} --gateway ${gateways[1] ?? gateways[0]!} --code-file ${join(codesFolder, 'voter-1')}

Check a tracker against another member:

  npx scrutin verify TRACKER --election ${electionId} --gateway ${gateways.at(-1)!}

Close early, as the organiser; then two of three trustees decrypt the sums, each in a terminal of its own: they wait until both have signed the same box.

  npx scrutin close --election ${electionId} --gateway ${gateways[0]!} --api-key-file ${keyFile}
${network.members.flatMap(({ trustee }) => trustee === undefined ? [] : [`  npx trustee decrypt ${electionId} --config ${trustee.configFile}`]).slice(0, 2).join('\n')}

Take everything away and check it yourself:

  curl -so election.ndjson ${gateways[0]!}/v1/elections/${electionId}/bundle && npx auditor verify election.ndjson

The codes of the others are in ${codesFolder}.
Stop: ./scripts/start --stop --data ${network.dataFolder}`
}

function print (text: string): void {
  process.stdout.write(text + '\n')
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof UsageError || error instanceof TypeError ? 2 : 1
}
