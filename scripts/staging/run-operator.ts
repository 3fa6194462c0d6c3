/** Runs a command of the people who keep a service, as they would: a process of its own with that service's configuration. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const repository = join(import.meta.dirname, '../..')
const mostOutput = 16 * 1024 * 1024

/** The command's standard output; throws with its last words when it fails. */
export async function runOperator (program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(repository, program), ...args], { maxBuffer: mostOutput })
    return stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(`${program} ${args[0] ?? ''} failed: ${said}`, { cause: error })
  }
}
