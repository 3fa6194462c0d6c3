import { extname } from 'node:path'

/** What must not be in the repository: paths of one machine, hosts of registries in locks, builds and binaries. */
export interface Finding {
  readonly file: string
  readonly problem: string
}

/** Pictures and fonts; everything else that is not text is a build's product. */
const binariesAllowed = ['.png', '.jpg', '.webp', '.ico', '.woff2', '.pdf']
const productFolders = ['node_modules', 'dist', 'coverage', '.scrutin', '.tap']
const productEndings = ['.tsbuildinfo', '.tgz', '.tar.gz', '.log', '.db', '.sqlite', '.wasm', '.so', '.pem', '.key']
const largest = 2_000_000

// written in pieces, so that this file does not find itself
const machinePath = new RegExp(`(?<![\\w.~}-])/(?:${['work', 'root', 'home'].join('|')})/[\\w.]`)
const lockFile = /(?:^|\/)(?:package-lock\.json|\.npmrc|go\.mod|go\.sum)$/
const registryHost = new RegExp(`"resolved"|${['registry\\.', '/+proxy\\.', '/+sum\\.golang\\.', 'registry\\s*='].join('|')}`)

/**
 * Says what is wrong with a file that is, or is about to be, committed.
 *
 * @param file its path from the repository's root
 */
export function judgeCommitted (file: string, content: Uint8Array): Finding[] {
  const problems: string[] = []
  const folders = file.split('/').slice(0, -1)
  if (folders.some(folder => productFolders.includes(folder)) || productEndings.some(ending => file.endsWith(ending))) {
    problems.push('is made by a build or a run')
  }
  if (content.length > largest) problems.push(`is larger than ${largest} bytes`)
  if (content.subarray(0, 8000).includes(0)) {
    if (!binariesAllowed.includes(extname(file))) problems.push('is binary')
  } else {
    problems.push(...judgeText(file, new TextDecoder().decode(content)))
  }
  return problems.map(problem => ({ file, problem }))
}

function judgeText (file: string, text: string): string[] {
  const problems: string[] = []
  const path = machinePath.exec(text)
  if (path !== null) problems.push(`holds a path of one machine (line ${lineOf(text, path.index)})`)
  const host = lockFile.test(file) ? registryHost.exec(text) : null
  if (host !== null) problems.push(`names the host of a registry (line ${lineOf(text, host.index)})`)
  return problems
}

function lineOf (text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
