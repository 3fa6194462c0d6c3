/** Stopping what was started, and removing what was made. */
import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { layoutOf, memberFolders, type ProcessName } from './layout.ts'
import { NetworkError } from './network-error.ts'
import { stopProcess } from './processes.ts'
import { silent, type Progress } from './progress.ts'

export interface BringDownOptions {
  readonly dataFolder: string
  readonly progress?: Progress
}

/** Those that ask stop before those that answer. */
const order = [['gateway', 'registrar', 'trustee'], ['contract', 'peer', 'orderer', 'ca']] as const satisfies ProcessName[][]

/** Stops every process of the network; data stays. Does nothing where there is no network. */
export async function bringDown (options: BringDownOptions): Promise<void> {
  const { progress = silent } = options
  const members = await membersIn(options.dataFolder)
  if (members.length === 0) return
  await progress.step('Stopping', async note => {
    let stopped = 0
    for (const names of order) {
      await Promise.all(members.flatMap(member => names.map(async name => {
        if (await stopProcess(memberFolders(options.dataFolder, member)[name])) note(`${++stopped} processes`)
      })))
    }
  })
}

/**
 * Stops the network and removes its data folder, keys and ledger included.
 * @throws {NetworkError} when the folder is none that `up` made
 */
export async function reset (options: BringDownOptions): Promise<void> {
  const layout = layoutOf(options.dataFolder)
  const entries = await entriesOf(layout.data)
  // whether this version can read what the state says does not matter here
  if (!entries.includes(basename(layout.stateFile))) {
    if (entries.length === 0) return
    throw new NetworkError(`${layout.data} holds no network: nothing was removed`)
  }
  await bringDown(options)
  await (options.progress ?? silent).step(`Removing ${layout.data}`, async () => {
    await rm(layout.data, { recursive: true })
  })
}

async function membersIn (dataFolder: string): Promise<string[]> {
  return await entriesOf(join(layoutOf(dataFolder).data, 'members'))
}

async function entriesOf (folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
