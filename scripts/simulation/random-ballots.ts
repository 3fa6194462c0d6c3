/** Ballots drawn at random, as a file of their kind could hold them. */
import type { Question } from '../../protocol/src/kinds/kinds.ts'
import type { BallotTable } from './read-ballots.ts'

/** So many grades, best last, for so many candidates, each as likely as any. */
export function randomGrades (voters: number, candidates: number, grades: number): BallotTable {
  const grade = upTo(grades - 1)
  return {
    options: Array.from({ length: candidates }, (_, i) => `Candidate ${i + 1}`),
    grades: Array.from({ length: grades }, (_, i) => `Grade ${i + 1}`),
    rows: Array.from({ length: voters }, () => Array.from({ length: candidates }, grade)),
  }
}

/** Over these options; a single one for yes or no. */
export function randomBallots (kind: Question['kind'], voters: number, options: readonly string[]): BallotTable {
  const asked = kind === 'yes-no' ? ['yes'] : options
  const number = numberOf[kind]
  return { options: asked, rows: Array.from({ length: voters }, () => asked.map(number)) }
}

const approves = (): number => Math.random() < 0.4 ? 1 : 0
const upTo = (most: number) => (): number => Math.floor(Math.random() * (most + 1))

const numberOf: Readonly<Record<Question['kind'], () => number>> = {
  choose: approves, 'yes-no': approves, score: upTo(5), cumulative: upTo(3), quadratic: upTo(3), 'majority-judgment': upTo(6),
}
