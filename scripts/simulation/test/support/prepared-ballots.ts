/** Ballots that only need to be cast: voters who have gone the way up to there. */
import type { Answer } from '../../../../protocol/src/kinds/kinds.ts'
import { fillIn, seal } from '../../../../voter/src/cast-ballot.ts'
import { obtainCredential } from '../../../../voter/src/obtain-credential.ts'
import type { ElectionAtHand } from '../../../../voter/src/vote.ts'

export interface PreparedBallot {
  readonly bytes: Uint8Array
  readonly tracker: string
}

export async function prepareBallot ({ election, directory }: ElectionAtHand, codes: readonly string[], answers: readonly Answer[]): Promise<PreparedBallot> {
  const credential = await obtainCredential(election, directory.registrars(election.definition), codes)
  const filled = fillIn(election, credential, answers)
  return { bytes: seal(election, credential, filled), tracker: filled.tracker }
}

/** One ballot for each voter, several voters at once: registrars sign in batches. */
export async function prepareBallots (at: ElectionAtHand, codes: readonly (readonly string[])[], answers: readonly Answer[]): Promise<PreparedBallot[]> {
  // Tables of multiples: a device that votes once has no use for them, this process votes for all.
  for (const key of at.election.rules.electionKeys) key.precompute(8)
  const ballots: PreparedBallot[] = []
  const queue = codes.values()
  const voter = async (): Promise<void> => {
    for (const own of queue) ballots.push(await prepareBallot(at, own, answers))
  }
  await Promise.all(Array.from({ length: 30 }, voter))
  return ballots
}
