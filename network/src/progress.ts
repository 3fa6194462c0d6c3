/** What a person who waits gets to see: one line when a step begins, one when it is done. */
export interface Progress {
  /** Runs the work of one step and reports it. The `note` function tells what the step is at. */
  step<T> (title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>
}

export const silent: Progress = {
  step: async (_title, work) => await work(() => {}),
}

/** Writes the steps to a stream, by default stderr, so that stdout is left for results. */
export function printed (stream: NodeJS.WriteStream = process.stderr): Progress {
  return {
    async step (title, work) {
      const start = performance.now()
      const seconds = (): string => ((performance.now() - start) / 1000).toFixed(1)
      let shownAt = start
      const show = (text: string): void => {
        if (stream.isTTY) stream.write(`\r\u001b[2K… ${title}${text === '' ? '' : `: ${text}`}`)
        // in a file that only grows, a line now and then will do
        else if (performance.now() - shownAt > 5000) {
          stream.write(`… ${title}: ${text}\n`)
          shownAt = performance.now()
        }
      }
      show('')
      try {
        const result = await work(show)
        stream.write(`${stream.isTTY ? '\r\u001b[2K' : ''}✓ ${title} (${seconds()} s)\n`)
        return result
      } catch (error) {
        stream.write(`${stream.isTTY ? '\r\u001b[2K' : ''}✗ ${title} (${seconds()} s)\n`)
        throw error
      }
    },
  }
}
