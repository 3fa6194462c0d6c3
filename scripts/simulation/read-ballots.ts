/**
 * Ballots of a real election from a CSV file: a header, then a row a ballot;
 * the first column is the ballot's number, each other column an option. In
 * approval files a cell is 0 or 1; in files of grades it is a grade, and
 * `approveFrom` says from which grade on it counts as approval.
 */
import { parse } from 'csv-parse/sync'

export interface BallotsFile {
  readonly options: readonly string[]
  /** Per ballot, the indexes of the options it chooses. */
  readonly ballots: readonly (readonly number[])[]
}

/** Throws with the line's number for anything that is not of this form. */
export function parseBallots (text: string, approveFrom?: number): BallotsFile {
  const rows = parse(text, { bom: true, skip_empty_lines: true }) as string[][]
  const [header, ...lines] = rows
  const options = header?.slice(1).map((name) => name.trim()) ?? []
  if (options.length === 0 || options.includes('')) throw new Error('line 1: expected the ballot\'s number and then an option a column')
  if (new Set(options).size !== options.length) throw new Error('line 1: an option stands twice')
  if (lines.length === 0) throw new Error('the file holds no ballot')
  const ballots = lines.map((line, i) => line.slice(1).flatMap((cell, option) => isChosen(cell, i + 2, approveFrom) ? [option] : []))
  return { options, ballots }
}

function isChosen (cell: string, line: number, approveFrom: number | undefined): boolean {
  if (!/^\d{1,2}$/.test(cell)) throw new Error(`line ${line}: «${cell}» is not a number`)
  const value = Number(cell)
  if (approveFrom !== undefined) return value >= approveFrom
  if (value > 1) throw new Error(`line ${line}: ${value} is a grade: say with --approve-from from which grade on it approves`)
  return value === 1
}

/** Ballots drawn at random: each option with the same chance. */
export function randomBallots (voters: number, options: readonly string[]): BallotsFile {
  const ballots = Array.from({ length: voters }, () => options.flatMap((_, option) => Math.random() < 0.4 ? [option] : []))
  return { options, ballots }
}

/** What the count must come to. */
export function expectedCounts ({ options, ballots }: BallotsFile): Record<string, number> {
  const counts = options.map(() => 0)
  for (const ballot of ballots) for (const option of ballot) counts[option]!++
  return Object.fromEntries(options.map((name, option) => [name, counts[option]!]))
}
