/** What can be measured, and what is measured together. */
import type { KindFigures } from './measure-kinds.ts'

export const figuresByPart = {
  crypto: ['verifyMsPerBallot', 'ballotBytes'],
  kinds: ['verifyMsPerBallotGrades', 'kinds'],
  issue: ['issuePerSecond'],
  barePut: ['barePutPerSecond'],
  cast: ['castPerSecond'],
  ratio: ['castRatio'],
  latency: ['p95CastMs'],
  burst: ['burstErrors', 'burstRetries', 'burstSeconds'],
  count: ['countMsPerBallot', 'auditMsPerBallot'],
} as const

export type Part = keyof typeof figuresByPart
export type FigureName = typeof figuresByPart[Part][number]
export type Figures = Partial<Record<Exclude<FigureName, 'kinds'>, number>> & { kinds?: Readonly<Record<string, KindFigures>> }

/** What a part needs to have been measured before it. */
const needs: Partial<Record<Part, readonly Part[]>> = {
  ratio: ['barePut', 'cast'],
  latency: ['cast'],
  // an audit holds issuances against ballots
  count: ['issue', 'cast'],
}

export const allParts = Object.keys(figuresByPart) as Part[]

/** The parts for these names, of figures or of parts, and what they need; undefined for a name that is neither. */
export function partsFor (names: readonly string[]): ReadonlySet<Part> | undefined {
  if (names.length === 0) return new Set(allParts)
  const parts = new Set<Part>()
  for (const name of names) {
    const part = allParts.find((candidate) => candidate === name || (figuresByPart[candidate] as readonly string[]).includes(name))
    if (part === undefined) return undefined
    for (const needed of needs[part] ?? []) parts.add(needed)
    parts.add(part)
  }
  return parts
}

export function round (value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
