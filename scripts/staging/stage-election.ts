/**
 * From a running consortium to an election that is open: what an organiser, the
 * registrars and the trustees do, each by their own command or API.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import type { RunningMember, RunningNetwork } from '../../network/src/bring-up.ts'
import type { Progress } from '../../network/src/progress.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import { ConsortiumApi, getJson } from './consortium-api.ts'
import { completeDefinition, type Draft } from './draft-definition.ts'
import { runOperator } from './run-operator.ts'

export interface StagedElection {
  readonly electionId: string
  readonly definition: Definition
  /** `codes[voter][registrar]`, the registrars in the definition's order. */
  readonly codes: readonly (readonly string[])[]
  readonly registrars: readonly RunningMember[]
}

/** As many as the definition needs to be sound; a consortium may run more. */
const registrarsUsed = 2

export async function stageElection (network: RunningNetwork, draft: Draft, voters: number, progress: Progress): Promise<StagedElection> {
  const api = new ConsortiumApi(network)
  const folder = join(network.dataFolder, 'elections', new Date().toISOString().replaceAll(':', '-'))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const registrars = network.members.filter(({ registrar }) => registrar !== undefined).slice(0, registrarsUsed)

  const rollFile = join(folder, 'roll.json')
  const roll = await progress.step(`Roll of ${voters} voters`, async () => await prepareRoll(folder, rollFile, voters))
  const { definition, electionId } = await progress.step('Announcement', async () => {
    const announced = completeDefinition(draft, {
      organiser: { mspId: api.organiser.mspId, tenant: api.organiser.tenant },
      members: network.members.map(({ mspId }) => mspId),
      registrars: await Promise.all(registrars.map(registrarOf)),
      trustees: await trusteesOf(network, api),
      roll,
    })
    return { definition: announced, electionId: await api.announce(announced) }
  })
  const codes = await progress.step('Registrars import the roll and make codes', async () =>
    await Promise.all(registrars.map(async (member, i) => await prepareRegistrar(member, electionId, rollFile, join(folder, `codes-${i + 1}.csv`)))))
  await progress.step('Key ceremony of the trustees', async () => {
    await until(async () => (await api.election(electionId)).state.status === 'keyed', 120, 'the key ceremony')
  })
  await progress.step('Trial decryption by the trustees', async () => {
    await until(async () => {
      const { keys, trials } = await api.election(electionId)
      return keys?.qualified.every((trustee) => trials.includes(trustee)) === true
    }, 120, 'the trial decryption')
  })
  await progress.step('Opening', async () => { await api.step(electionId, 'open') })

  const ids = [...codes[0]!.keys()]
  return { electionId, definition, registrars, codes: ids.map((id) => codes.map((byId) => byId.get(id)!)) }
}

/** Polls until the question is answered with yes. */
export async function until (question: () => Promise<boolean>, seconds: number, what: string): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!await question()) {
    if (performance.now() > deadline) throw new Error(`${what} did not finish within ${seconds} s`)
    await sleep(250)
  }
}

async function prepareRoll (folder: string, rollFile: string, voters: number): Promise<{ root: string, size: number }> {
  const csv = join(folder, 'citizens.csv')
  const rows = Array.from({ length: voters }, (_, i) => `voter-${i + 1},Voter ${i + 1}`)
  await writeFile(csv, ['id,name', ...rows].join('\n') + '\n', { mode: 0o600 })
  const { root, size } = JSON.parse(await runOperator('scripts/scrutin.ts', ['roll', 'prepare', csv, '--out', rollFile, '--json'])) as { root: string, size: number }
  return { root, size }
}

async function registrarOf ({ registrar, mspId }: RunningMember): Promise<Definition['registrars'][number]> {
  const { key } = await getJson(`${registrar!.url}/v1/registrar`) as { key: string }
  return { key, mspId, identifies: { way: 'code' } }
}

/** Trustees enter the directory when they start. */
async function trusteesOf (network: RunningNetwork, api: ConsortiumApi): Promise<Definition['trustees']> {
  const members = network.members.filter(({ trustee }) => trustee !== undefined).map(({ mspId }) => mspId)
  let trustees: Definition['trustees'] = []
  await until(async () => {
    const entries = (await api.directory()).map(({ message }) => message).filter(({ kind }) => kind === 'trustee')
    trustees = members.flatMap((mspId) => entries.filter((entry) => entry.mspId === mspId).slice(0, 1)).map(({ key, mspId }) => ({ key, mspId }))
    return trustees.length === members.length
  }, 60, 'the trustees\' entry in the directory')
  return trustees
}

async function prepareRegistrar (member: RunningMember, electionId: string, rollFile: string, codesFile: string): Promise<Map<string, string>> {
  const command = async (name: string, ...args: string[]): Promise<string> =>
    await runOperator('registrar/src/command.ts', [name, '--config', member.registrar!.configFile, '--election', electionId, ...args])
  await command('import-roll', rollFile)
  await command('codes', '--out', codesFile)
  const rows = parse(await readFile(codesFile, 'utf8'), { columns: true }) as { id: string, code: string }[]
  return new Map(rows.map(({ id, code }) => [id, code]))
}
