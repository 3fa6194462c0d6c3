/** Progress with its rate on standard error, for audits that take over a second. */

/** What progress is written to: standard error. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write (text: string): unknown
}

export interface Progress {
  report (what: string, count: number): void
  /** Clears the line on a terminal. */
  end (): void
}

const terminalEveryMs = 500
const fileEveryMs = 10_000

export function startProgress (output: ProgressOutput, now: () => number = () => performance.now()): Progress {
  const isTerminal = output.isTTY === true
  let section = ''
  let sectionStarted = now()
  let next = now() + 1000
  let shown = false
  return {
    report (what, count) {
      const time = now()
      if (what !== section) {
        section = what
        sectionStarted = time
      }
      if (time < next) return
      next = time + (isTerminal ? terminalEveryMs : fileEveryMs)
      const seconds = (time - sectionStarted) / 1000
      const rate = seconds > 0 ? `, ${Math.round(count / seconds)} a second` : ''
      output.write(isTerminal ? `\r\x1b[K${what}: ${count}${rate}` : `${what}: ${count}${rate}\n`)
      shown = true
    },
    end () {
      if (isTerminal && shown) output.write('\r\x1b[K')
    },
  }
}
