/**
 * Where Fabric's programs come from: `FABRIC_BIN`, then PATH, then a build of
 * our own from `network/fabric-build`, kept outside the work tree.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import { NetworkError } from './network-error.ts'
import type { Progress } from './progress.ts'

const needed = ['configtxgen', 'discover', 'fabric-ca-server', 'orderer', 'osnadmin', 'peer'] as const
type Program = typeof needed[number]

export interface FabricBinaries {
  /** For people: where the programs were found. */
  readonly origin: string
  /** Absolute path of each program. */
  readonly programs: Readonly<Record<Program, string>>
}

/**
 * Finds Fabric's programs; builds them (some two minutes, once) when there are none.
 * @throws {NetworkError} when FABRIC_BIN lacks a program, or the build cannot be made
 */
export async function findFabricBinaries (progress: Progress): Promise<FabricBinaries> {
  const named = process.env['FABRIC_BIN']
  if (named !== undefined && named !== '') {
    const missing = await missingFrom(named)
    if (missing.length > 0) throw new NetworkError(`FABRIC_BIN=${named} lacks ${missing.join(', ')}: point it at the bin folder of a Fabric release that has them (fabric-ca-server comes with Fabric CA)`)
    return { origin: `FABRIC_BIN (${named})`, programs: programsIn(named) }
  }
  const onPath = await findOnPath()
  if (onPath !== undefined) return { origin: 'PATH', programs: onPath }
  const folder = await buildFabricBinaries(progress)
  return { origin: folder, programs: programsIn(folder) }
}

/**
 * Builds the pinned version unless that has been done before.
 * @returns the folder of the programs
 * @throws {NetworkError} when a tool for building is missing, or the build fails
 */
async function buildFabricBinaries (progress: Progress): Promise<string> {
  const target = join(cacheFolder(), `fabric-${await hashOfModules()}`)
  if ((await missingFrom(target)).length === 0) return target
  await checkTools()
  // a folder of its own until complete: two builds at once, or one cut short, leave no half
  const workFolder = `${target}.${process.pid}`
  await mkdir(workFolder, { recursive: true })
  const log = join(cacheFolder(), 'fabric-build.log')
  await writeFile(log, '')
  for (const module of modules) {
    await progress.step(`Building ${module.title} (once, about 90 s on two cores)`, async note => {
      await goBuild(module.folder, workFolder, log, note)
    })
  }
  if ((await missingFrom(target)).length === 0) {
    await rm(workFolder, { recursive: true })
  } else {
    await rm(target, { recursive: true, force: true })
    await rename(workFolder, target)
  }
  return target
}

const modules = [
  { title: 'Fabric', folder: join(import.meta.dirname, '../fabric-build/fabric') },
  { title: 'Fabric CA', folder: join(import.meta.dirname, '../fabric-build/fabric-ca') },
] as const

/** The first 12 hex digits of a hash over what pins the versions. */
async function hashOfModules (): Promise<string> {
  const hash = createHash('sha256')
  for (const { folder } of modules) {
    for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 12)
}

async function goBuild (module: string, target: string, log: string, note: (text: string) => void): Promise<void> {
  const child = spawn('go', ['build', '-v', '-o', target, 'tool'], {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let count = 0
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      for (const line of text.split('\n').filter(line => line !== '')) {
        lines.push(line)
        count++
        if (count % 100 === 0) note(`${count} packages compiled`)
      }
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  await writeFile(log, lines.join('\n') + '\n', { flag: 'a' })
  if (code !== 0) throw new NetworkError('Fabric could not be built', { log, lastLines: lines.slice(-12) })
}

async function checkTools (): Promise<void> {
  if (!await onPath('go')) throw new NetworkError('Fabric has to be built first, and there is no Go: install Go 1.25 or later, or set FABRIC_BIN to the bin folder of a Fabric release')
  const compiler = process.env['CC'] ?? ''
  const found = compiler !== '' || await onPath('gcc') || await onPath('cc') || await onPath('clang')
  if (!found) throw new NetworkError('Fabric CA has to be built first, and there is no C compiler: install gcc, or set FABRIC_BIN to the bin folder of a Fabric release')
}

function programsIn (folder: string): Record<Program, string> {
  return {
    configtxgen: join(folder, 'configtxgen'),
    discover: join(folder, 'discover'),
    'fabric-ca-server': join(folder, 'fabric-ca-server'),
    orderer: join(folder, 'orderer'),
    osnadmin: join(folder, 'osnadmin'),
    peer: join(folder, 'peer'),
  }
}

async function missingFrom (folder: string): Promise<string[]> {
  const present = await Promise.all(needed.map(async name => await isExecutable(join(folder, name))))
  return needed.filter((_name, index) => present[index] !== true)
}

/** All of them or none: a lone program called `peer` may be anything. */
async function findOnPath (): Promise<Record<Program, string> | undefined> {
  const found = await Promise.all(needed.map(async name => [name, await onPath(name)] as const))
  if (found.some(([, path]) => path === undefined)) return undefined
  return { ...programsIn(''), ...Object.fromEntries(found) }
}

async function onPath (name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')) {
    if (await isExecutable(join(folder, name))) return join(folder, name)
  }
  return undefined
}

async function isExecutable (file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
