/** Ballots drawn at random, as a file of their kind could hold them. */
import type { Question } from '../../protocol/src/kinds/kinds.ts'
import type { BallotTable } from './read-ballots.ts'

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
