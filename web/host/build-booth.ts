/** Builds the booth's files: the same sources give the same bytes, so that anyone can compare what a host serves. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { build } from 'vite'

const room = join(import.meta.dirname, '..')
const repository = join(room, '..')
/** What the booth is made of, from the repository's root. */
const sources = ['web/src', 'web/pages', 'web/host/build-booth.ts', 'protocol/src', 'protocol/wasm/build', 'voter/src', 'package-lock.json']

export const boothPages = ['index.html', 'proof.html'] as const

/** @param folder is made anew */
export async function buildBooth (folder: string): Promise<void> {
  await build({
    configFile: false,
    root: join(room, 'pages'),
    base: './',
    publicDir: false,
    // a warning would be of what packages bring along for Node and browsers never reach
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2023',
      // every file stands for itself: nothing is inlined that the Content-Security-Policy would refuse
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { input: boothPages.map((page) => join(room, 'pages', page)) },
    },
    worker: { format: 'es' },
  })
}

/** Builds unless the folder was built of the same sources. @returns whether it had to be built */
export async function buildBoothIfStale (folder: string): Promise<boolean> {
  const wanted = await fingerprint()
  const note = `${folder}.made-of`
  if (await readFile(note, 'utf8').catch((): undefined => undefined) === wanted) return false
  await rm(note, { force: true })
  // whole or not at all: several may build at once, and a server may be reading
  const draft = `${folder}.${process.pid}`
  await mkdir(join(folder, '..'), { recursive: true })
  await buildBooth(draft)
  await rm(folder, { recursive: true, force: true })
  await rename(draft, folder)
  await writeFile(note, wanted)
  return true
}

/** Every file of a folder with its SHA-256, in order: what a release of the booth is. */
export async function hashesOf (folder: string): Promise<Record<string, string>> {
  const files = await filesIn(folder)
  return Object.fromEntries(await Promise.all(files.map(async (file): Promise<[string, string]> => [relative(folder, file).split(sep).join('/'), createHash('sha256').update(await readFile(file)).digest('hex')])))
}

async function fingerprint (): Promise<string> {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const file of await filesIn(join(repository, source))) hash.update(`${relative(repository, file)}\n`).update(await readFile(file))
  }
  return hash.digest('hex')
}

async function filesIn (path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return [path]
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
}
