/** A program in a terminal of its own, with somebody who types: what a test through pipes can't show. Node makes no terminals; Python does. */
import { execFile } from 'node:child_process'

/** Types each answer when what it answers has been shown since the one before; passes on the program's exit code. */
const typist = `
import json, os, pty, sys
steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b''
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
    shown += data
    if steps and steps[0][0].encode() in shown:
        os.write(terminal, steps.pop(0)[1].encode() + b'\\r')
        shown = b''
print(json.dumps(steps), file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

export interface TerminalSession {
  readonly code: number
  /** All that was on the terminal, what was typed included. */
  readonly screen: string
  /** What was never asked for. */
  readonly unasked: string
}

/** @param steps what is waited for, and what is then typed */
export async function inTerminal (cwd: string, args: readonly string[], steps: readonly (readonly [shown: string, typed: string])[]): Promise<TerminalSession> {
  return await new Promise((resolve) => {
    execFile('python3', ['-c', typist, JSON.stringify(steps), process.execPath, ...args], { cwd, timeout: 60_000 }, (error, screen, unasked) => {
      resolve({ code: error === null ? 0 : Number(error.code), screen, unasked: unasked.trim() })
    })
  })
}
