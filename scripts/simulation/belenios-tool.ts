/** Belenios' own program (Debian: belenios-tool), which counts majority judgment from grades in the clear. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export async function hasBeleniosTool (): Promise<boolean> {
  return await run('belenios-tool', ['--version']).then(() => true, () => false)
}

/** `ballots[ballot][candidate]`: grades from 1, the best, to `grades`. Returns all candidates, best first, equal ones together in ascending order. */
export async function rankByBelenios (ballots: readonly (readonly number[])[], candidates: number, grades: number): Promise<number[][]> {
  const counting = run('belenios-tool', ['method', 'majority-judgment', '--blank-allowed=false', `--nchoices=${candidates}`, `--ngrades=${grades}`], { timeout: 20_000 })
  counting.child.stdin!.end(JSON.stringify(ballots))
  const { winners, valid } = JSON.parse((await counting).stdout) as { winners: number[][], valid: number }
  if (valid !== ballots.length) throw new Error(`belenios-tool took ${valid} of ${ballots.length} ballots`)
  return winners.map((together) => together.toSorted((a, b) => a - b))
}
