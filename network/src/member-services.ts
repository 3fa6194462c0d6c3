/** The one table of Scrutin's own services: what runs them, and how they show that they are ready. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeEnvironment } from './cache-folder.ts'
import { inParallel } from './in-parallel.ts'
import { repository } from './layout.ts'
import type { Member } from './member.ts'
import { startProcess, waitUntilReady, type ProcessSpec } from './processes.ts'
import type { ServiceFiles } from './service-configs.ts'

interface Service {
  readonly name: 'gateway' | 'registrar' | 'trustee'
  /** The program, from the repository's root: it is started when it is there. */
  readonly entry: string
  readonly args: (configFile: string) => readonly string[]
  readonly ready: (member: Member) => ProcessSpec['ready']
}

const services: readonly Service[] = [
  {
    name: 'gateway',
    entry: 'gateway/src/server.ts',
    args: configFile => ['--config', configFile],
    ready: member => ({ kind: 'http', port: member.ports.gateway, path: '/readyz' }),
  },
  {
    name: 'registrar',
    entry: 'registrar/src/server.ts',
    args: configFile => ['--config', configFile],
    ready: member => ({ kind: 'http', port: member.ports.registrar, path: '/readyz' }),
  },
  {
    name: 'trustee',
    entry: 'trustee/src/command.ts',
    args: configFile => ['ceremony', '--follow', '--config', configFile],
    ready: () => ({ kind: 'alive', milliseconds: 1500 }),
  },
]

/** The processes of the services this member runs, as far as their programs exist. */
export async function serviceProcesses (member: Member, files: ServiceFiles): Promise<ProcessSpec[]> {
  const processes: ProcessSpec[] = []
  for (const service of services) {
    const configFile = files[service.name]?.configFile
    const program = join(repository, service.entry)
    if (configFile === undefined || !await access(program).then(() => true, () => false)) continue
    processes.push({
      name: service.name,
      member: member.name,
      folder: member.folders[service.name],
      command: process.execPath,
      args: [program, ...service.args(configFile)],
      cwd: repository,
      env: nodeEnvironment(),
      ports: service.name === 'trustee' ? [] : [member.ports[service.name]],
      ready: service.ready(member),
    })
  }
  return processes
}

/**
 * Starts the services that do not run, and waits until all are ready.
 * @returns the number of processes that had to be started
 */
export async function startServices (members: readonly Member[], filesOf: (member: Member) => ServiceFiles): Promise<number> {
  const processes = (await Promise.all(members.map(async member => await serviceProcesses(member, filesOf(member))))).flat()
  const started = await inParallel(processes, startService)
  return started.filter(Boolean).length
}

/** One that runs already may be waiting for its peer: gateways outlive theirs. @returns whether it had to be started */
export async function startService (spec: ProcessSpec): Promise<boolean> {
  if (await startProcess(spec)) return true
  if (spec.ready.kind !== 'alive') await waitUntilReady(spec)
  return false
}
