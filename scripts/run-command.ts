/** How the commands of this folder end: 0, or what `main` sets; 1 with a sentence for an error; 2 with the usage for wrong arguments. */
import { UsageError } from './whole-number.ts'

export async function runCommand (usage: string, main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`${error instanceof UsageError ? `${error.message}\n\n${usage}` : error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

export function print (text: string): void {
  process.stdout.write(text + '\n')
}
