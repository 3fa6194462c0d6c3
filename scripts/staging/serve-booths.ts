/** A booth at every member, for trying out: a second device checks with another member's. */
import { join } from 'node:path'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import { repository } from '../../network/src/layout.ts'
import { host, portsOfMember } from '../../network/src/ports.ts'
import { writePrivateJson } from '../../network/src/private-files.ts'
import { startProcess, stopProcess } from '../../network/src/processes.ts'
import { plainEnvironment } from '../../network/src/run-program.ts'
import { buildBoothIfStale } from '../../web/host/build-booth.ts'
import type { BoothSettings } from '../../web/src/worker/settings.ts'

/** Seconds; long enough to be seen. */
const pauseSeconds = { least: 2, most: 6 }

/** Builds the booth if it is stale and starts those that do not run. @returns their addresses, in the order of the members */
export async function serveBooths ({ dataFolder, members }: RunningNetwork): Promise<string[]> {
  const folder = join(dataFolder, 'booth-files')
  await buildBoothIfStale(folder)
  const settings: BoothSettings = { gateways: members.map(({ gateway }) => gateway.url), pauseSeconds }
  return await Promise.all(members.map(async ({ name, gateway }) => {
    const own = boothFolder(dataFolder, name)
    const file = join(own, 'booth.json')
    await writePrivateJson(file, settings)
    const port = boothPort(gateway.url)
    await startProcess({
      name: 'booth',
      member: name,
      folder: own,
      command: process.execPath,
      args: [join(repository, 'web/host/server.ts'), '--folder', folder, '--settings', file, '--port', String(port)],
      cwd: repository,
      env: plainEnvironment(),
      ports: [port],
      ready: { kind: 'http', port, path: '/booth.json' },
    })
    return `http://${host}:${port}/`
  }))
}

export async function stopBooths (dataFolder: string, members: readonly string[]): Promise<void> {
  await Promise.all(members.map(async (name) => await stopProcess(boothFolder(dataFolder, name))))
}

function boothFolder (dataFolder: string, member: string): string {
  return join(dataFolder, 'booths', member)
}

/** The member's own port for it, by the port of its gateway. */
function boothPort (gatewayUrl: string): number {
  const ports = portsOfMember(0, 0)
  return Number(new URL(gatewayUrl).port) + ports.booth - ports.gateway
}
