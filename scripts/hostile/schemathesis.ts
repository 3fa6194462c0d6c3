/**
 * Schemathesis (PyPI): throws requests at a service that are made from its OpenAPI. Pinned by `requirements.txt`,
 * installed once into a virtual environment outside the work tree.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../network/src/cache-folder.ts'

const requirements = join(import.meta.dirname, 'requirements.txt')
const installSeconds = 300

export type FoundSchemathesis =
  | { readonly python: string }
  /** Why there is none, and what to do about it. */
  | { readonly missing: string }

/** Finds it in the cache, or installs it there (about a minute, once). Needs `python3` with `venv`, and PyPI. */
export async function findSchemathesis (): Promise<FoundSchemathesis> {
  const version = createHash('sha256').update(await readFile(requirements)).digest('hex').slice(0, 16)
  const folder = join(cacheFolder(), `schemathesis-${version}`)
  const python = join(folder, 'bin', 'python')
  const done = join(folder, 'installed')
  if (await access(done).then(() => true, () => false)) return { python }
  await mkdir(cacheFolder(), { recursive: true })
  // whatever an attempt that was cut short has left
  await rm(folder, { recursive: true, force: true })
  const venv = await run('python3', ['-m', 'venv', folder], installSeconds)
  if (!venv.ok) return { missing: `python3 cannot make a virtual environment; on Debian: apt-get install python3-venv. It said: ${venv.output.slice(-400)}` }
  const pip = await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '--requirement', requirements], installSeconds)
  if (!pip.ok) return { missing: `pip could not install ${requirements}. It said: ${pip.output.slice(-400)}` }
  // last, so that half an installation is none
  await mkdir(`${done}.new`, { recursive: true })
  await rename(`${done}.new`, done)
  return { python }
}

export interface SchemathesisRun {
  /** `http://host:port` of the service; its OpenAPI is read from a file. */
  readonly url: string
  readonly openApi: string
  readonly seed: number
  /** Requests per operation in the phase that draws them at random. */
  readonly maxExamples: number
  readonly headers?: Readonly<Record<string, string>>
  /** Lines of `schemathesis.toml`. */
  readonly config?: string
  /** A folder of its own, for its configuration and what it remembers. */
  readonly folder: string
  readonly seconds: number
}

/** Runs it; not ok where an answer is a 5xx, of another form than the OpenAPI says, or does not come at all. */
export async function runSchemathesis (python: string, options: SchemathesisRun): Promise<{ readonly ok: boolean, readonly output: string }> {
  const headers = Object.entries(options.headers ?? {}).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
  return await run(python, [
    '-m', 'schemathesis.cli', ...(options.config === undefined ? [] : ['--config-file', options.config]),
    'run', options.openApi, '--url', options.url, '--seed', String(options.seed), '--max-examples', String(options.maxExamples),
    '--phases', 'examples,coverage,fuzzing', '--mode', 'all', '--no-shrink', '--workers', '1', '--continue-on-failure', '--request-timeout', '20',
    '--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
    // a stream that is open has no end to wait for: gateway/test/events.ts attacks these
    '--exclude-path-regex', '/events$',
    '--suppress-health-check', 'all', '--warnings', 'off', ...headers,
  ], options.seconds, options.folder)
}

async function run (command: string, args: readonly string[], seconds: number, cwd?: string): Promise<{ ok: boolean, output: string }> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1', COLUMNS: '160' } })
    const chunks: Buffer[] = []
    const timer = setTimeout(() => { chunks.push(Buffer.from(`\nno end after ${seconds} s`)); child.kill('SIGKILL') }, seconds * 1000)
    child.stdout.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    child.stderr.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    child.once('error', (error) => { chunks.push(Buffer.from(error.message)) })
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() })
    })
  })
}
