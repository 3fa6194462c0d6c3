/** Stopping what was started, and removing what was made. */
import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { layoutOf, memberFolders, type NetworkLayout, type ProcessName } from './layout.ts'
import { NetworkError } from './network-error.ts'
import { withNetworkLock } from './network-lock.ts'
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
  const layout = layoutOf(options.dataFolder)
  if ((await membersIn(layout)).length === 0) return
  await withNetworkLock(layout, async () => { await stopMembers(layout, options) })
}

async function stopMembers (layout: NetworkLayout, { progress = silent }: BringDownOptions): Promise<void> {
  const members = await membersIn(layout)
  await progress.step('Stopping', async note => {
    let stopped = 0
    for (const names of order) {
      await Promise.all(members.flatMap(member => names.map(async name => {
        if (await stopProcess(memberFolders(layout.data, member)[name])) note(`${++stopped} processes`)
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
  await withNetworkLock(layout, async () => {
    await stopMembers(layout, options)
    await (options.progress ?? silent).step(`Removing ${layout.data}`, async () => {
      // what shows that it is a network goes last: cut short, this can be done again
      const state = basename(layout.stateFile)
      for (const entry of entries) if (entry !== state) await rm(join(layout.data, entry), { recursive: true, force: true })
      await rm(layout.data, { recursive: true })
    })
  })
}

async function membersIn (layout: NetworkLayout): Promise<string[]> {
  return await entriesOf(join(layout.data, 'members'))
}

async function entriesOf (folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
