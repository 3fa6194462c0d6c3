/**
 * A failure the operator of a network can act on: a sentence, and if there is
 * one, the log that tells more, with its last lines.
 */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly log: string | undefined
  readonly lastLines: readonly string[]

  constructor (message: string, options: { readonly log?: string, readonly lastLines?: readonly string[], readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.log = options.log
    this.lastLines = options.lastLines ?? []
  }

  /** The whole text for a terminal: the sentence, the log's last lines, and where to read on. */
  explain (): string {
    const lines = [this.message]
    if (this.lastLines.length > 0) lines.push('', ...this.lastLines.map(line => `  | ${line}`), '')
    if (this.log !== undefined) lines.push(`Read ${this.log}`)
    return lines.join('\n')
  }
}
