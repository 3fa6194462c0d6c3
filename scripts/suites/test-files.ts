import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Folders below `test/` whose files are what tests are made of. */
const supportFolders = ['fixtures', 'support', 'vectors']
const foldersPassedOver = ['node_modules', 'coverage', 'dist']

/** The test files of a repository, relative to its root, in order. */
export interface TestFiles {
  /** Need nothing but Node. */
  readonly fast: readonly string[]
  /** Named `*.fabric.ts`: need Fabric's binaries and the machine for themselves. */
  readonly fabric: readonly string[]
  /** Named `*.browser.ts`: need a Chromium. */
  readonly browser: readonly string[]
}

/**
 * Finds the tests: every `.ts` file below a folder named `test`, except what
 * lies in `fixtures/`, `support/` or `vectors/` or is named `*-suite.ts`.
 *
 * @param wanted parts of paths; where given, only files that contain one of them
 */
export function findTestFiles (root: string, wanted: readonly string[] = []): TestFiles {
  const files = walk(root, '')
    .filter(isTestFile)
    .filter(file => wanted.length === 0 || wanted.some(part => file.includes(part)))
    .sort()
  return {
    fast: files.filter(file => !file.endsWith('.fabric.ts') && !file.endsWith('.browser.ts')),
    fabric: files.filter(file => file.endsWith('.fabric.ts')),
    browser: files.filter(file => file.endsWith('.browser.ts'))
  }
}

function walk (root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isFile()) return [path]
    const passedOver = entry.name.startsWith('.') || foldersPassedOver.includes(entry.name)
    return entry.isDirectory() && !passedOver ? walk(root, path) : []
  })
}

function isTestFile (path: string): boolean {
  if (!path.endsWith('.ts') || path.endsWith('.d.ts') || path.endsWith('-suite.ts')) return false
  const folders = path.split('/').slice(0, -1)
  const test = folders.indexOf('test')
  return test >= 0 && !folders.slice(test).some(folder => supportFolders.includes(folder))
}
