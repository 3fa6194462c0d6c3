/** An open election, and a booth that is served for it, for tests in a browser. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Definition } from '../../../protocol/src/definition.ts'
import { type OpenElection, openElection } from '../../../voter/test/support/open-election.ts'
import { buildBoothIfStale } from '../../host/build-booth.ts'
import { boothServer } from '../../host/serve-booth.ts'
import type { BoothSettings } from '../../src/worker/settings.ts'

/** Where a build lies that tests share while the sources are the same. */
export const boothFolder = join(import.meta.dirname, '../../../.scrutin/booth')

export interface BoothScene {
  readonly open: OpenElection
  /** With the election in it. */
  readonly address: string
  readonly origin: string
  close (): Promise<void>
}

export interface SceneOptions {
  /** An empty folder. */
  readonly folder: string
  readonly voters: number
  readonly changes?: Partial<Definition>
  readonly settings?: Partial<BoothSettings>
}

export async function openBooth ({ folder, voters, changes, settings }: SceneOptions): Promise<BoothScene> {
  const [open] = await Promise.all([openElection({ folder, voters, ...changes === undefined ? {} : { changes } }), buildBoothIfStale(boothFolder)])
  const { server, origin } = await serveBooth({ gateways: [...open.gateways], pauseSeconds: { least: 1, most: 2 }, ...settings })
  return {
    open,
    origin,
    address: `${origin}/#election=${open.election.id}`,
    async close () {
      await closeServer(server)
      await open.close()
    },
  }
}

export async function serveBooth (settings: BoothSettings): Promise<{ server: Server, origin: string }> {
  const server = boothServer({ folder: boothFolder, settings, connect: ['http://127.0.0.1:*'] })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

export async function closeServer (server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => { server.close(resolve) })
}
