import { spawn } from 'node:child_process'

/** How a command ended. */
export interface CommandOutcome {
  readonly ok: boolean
  /** What it wrote, where it was kept: standard output and error in the order they came. */
  readonly output: string
  readonly seconds: number
}

/**
 * Runs a program of this repository under this Node.
 *
 * @param show `true` to let its output through as it comes, otherwise it is kept
 */
export async function runNode (root: string, args: readonly string[], show = false): Promise<CommandOutcome> {
  const start = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ok = await new Promise<boolean>(resolve => {
    child.once('error', error => { chunks.push(Buffer.from(error.message)); resolve(false) })
    child.once('close', code => resolve(code === 0))
  })
  return { ok, output: Buffer.concat(chunks).toString(), seconds: (performance.now() - start) / 1000 }
}
