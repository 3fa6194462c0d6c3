/**
 * Ballots of a real election from a file, as a table: a number for every ballot
 * and option. Three forms are read.
 *
 * Ballots in CSV: a header, then a row a ballot; the first column is the
 * ballot's number, each other column an option. A tally of grades in CSV: a
 * grade a column, a row a candidate, whose name is no number; ballots that come
 * to it are put together. Participatory budgets (.pb of Pabulib): META, PROJECTS
 * and VOTES, each with a header, separated by semicolons.
 */
import { parse } from 'csv-parse/sync'

export interface BallotTable {
  readonly options: readonly string[]
  /** `rows[ballot][option]`: whether it is chosen, its points, or its grade by number. */
  readonly rows: readonly (readonly number[])[]
  /** Names of the grades by number, where the file names them; 0 is the first. */
  readonly grades?: readonly string[]
  /** Which of these grades means no opinion. */
  readonly noOpinion?: number
  /** What options cost, in their order, and what there is. */
  readonly budget?: { readonly amount: number, readonly costs: readonly number[] }
  /** Limits that the file states, for one option and for all together. */
  readonly limits?: { readonly min?: number, readonly each?: number, readonly all?: number }
}

/** As many as would be too slow to go the whole way. */
const mostBallots = 100_000
/** "Ne se prononce pas", as the files call no opinion. */
const noOpinionName = 'NSP'

/** Throws with the line's number for anything that is not of one of these forms. */
export function parseBallots (text: string): BallotTable {
  return /^\uFEFF?META\r?\n/.test(text) ? parseBudget(text) : parseCsv(text)
}

function parseCsv (text: string): BallotTable {
  const cells = parse(text, { bom: true, skip_empty_lines: true, trim: true }) as string[][]
  const [header, ...lines] = cells
  const columns = header?.slice(1) ?? []
  if (columns.length === 0 || columns.includes('')) throw new Error('line 1: expected the ballot\'s number and then an option a column')
  if (new Set(columns).size !== columns.length) throw new Error('line 1: an option stands twice')
  if (lines.length === 0) throw new Error('the file holds no ballot')
  const rows = lines.map((line, i) => line.slice(1).map((cell) => numberIn(cell, i + 2)))
  return lines.every((line) => /^\d+$/.test(line[0]!)) ? { options: columns, rows } : tallyOf(lines.map((line) => line[0]!), columns, rows)
}

/** Worst grade first in the file, unless the last column is for no opinion: those files have the best first. */
function tallyOf (candidates: readonly string[], columns: readonly string[], counts: readonly (readonly number[])[]): BallotTable {
  if (candidates.includes('') || new Set(candidates).size !== candidates.length) throw new Error('a candidate stands twice, or has no name')
  const given = counts.map((row) => row.reduce((sum, count) => sum + count, 0))
  if (given.some((sum) => sum !== given[0])) throw new Error('the candidates have different numbers of grades')
  if (given[0]! > mostBallots) throw new Error(`more than ${mostBallots} ballots`)
  const bestFirst = columns.at(-1) === noOpinionName
  const order = bestFirst ? [...columns.keys()].reverse() : [...columns.keys()]
  const byCandidate = counts.map((row) => order.flatMap((column, grade) => Array.from({ length: row[column]! }, () => grade)))
  return {
    options: candidates,
    rows: Array.from({ length: given[0]! }, (_, ballot) => byCandidate.map((grades) => grades[ballot]!)),
    grades: order.map((column) => columns[column]!),
    ...(bestFirst ? { noOpinion: 0 } : {}),
  }
}

function parseBudget (text: string): BallotTable {
  const sections = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (['META', 'PROJECTS', 'VOTES'].includes(line)) {
      lines = []
      sections.set(line, lines)
    } else if (line !== '') {
      lines.push(line)
    }
  }
  const read = (section: string): Record<string, string>[] => parse((sections.get(section) ?? []).join('\n'), { columns: true, delimiter: ';', relax_quotes: true }) as Record<string, string>[]
  const meta = new Map(read('META').map(({ key, value }) => [key, value]))
  const projects = read('PROJECTS')
  const options = projects.map((project) => project['project_id'] ?? '')
  if (options.length === 0 || options.includes('') || new Set(options).size !== options.length) throw new Error('PROJECTS: expected a project_id of its own for each')
  const type = meta.get('vote_type')
  if (type !== 'approval' && type !== 'cumulative') throw new Error(`vote_type: ${type ?? 'nothing'} is not read, approval and cumulative are`)
  const rows = read('VOTES').map((vote, i) => {
    const list = (column: string): string[] => (vote[column] ?? '').split(',').filter((part) => part !== '')
    const chosen = list('vote')
    const points = type === 'approval' ? chosen.map(() => '1') : list('points')
    if (points.length !== chosen.length || new Set(chosen).size !== chosen.length) throw new Error(`vote ${i + 1}: expected each project once, with its points`)
    const row = options.map(() => 0)
    chosen.forEach((project, at) => {
      const option = options.indexOf(project)
      if (option < 0) throw new Error(`vote ${i + 1}: there is no project ${project}`)
      row[option] = numberIn(points[at]!, i + 1)
    })
    return row
  })
  if (rows.length === 0) throw new Error('the file holds no ballot')
  const limit = (name: string): number | undefined => meta.has(name) ? numberIn(meta.get(name)!, 0) : undefined
  const [min, each, all] = [limit('min_length'), limit('max_points'), limit(type === 'approval' ? 'max_length' : 'max_sum_points')]
  const budget = meta.has('budget') ? { amount: numberIn(meta.get('budget')!, 0), costs: projects.map((project, i) => numberIn(project['cost'] ?? '', i + 1)) } : undefined
  return { options, rows, ...(budget === undefined ? {} : { budget }), limits: { ...(min === undefined ? {} : { min }), ...(each === undefined ? {} : { each }), ...(all === undefined ? {} : { all }) } }
}

function numberIn (cell: string, line: number): number {
  if (!/^\d{1,9}$/.test(cell)) throw new Error(`line ${line}: «${cell}» is not a number`)
  return Number(cell)
}
