/** The members' votes to void an election: a majority of them, or it is not void. */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { parseCanonical } from './canonical-json.ts'
import { MspId } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { recordKeys } from './records.ts'
import type { Verification } from './verification.ts'
import { mayHaveReached } from './verify-state.ts'

const VoidVoteSchema = Type.Object({ mspId: MspId, reason: Type.String({ maxLength: 10_000 }) }, { additionalProperties: false })

export async function verifyVoidVotes ({ reader, checks, definition, electionId, status }: Verification): Promise<void> {
  const check = checks['void-votes']
  for await (const { key, name, value } of reader.section('void-vote')) {
    check.count++
    check.attempt(name, () => {
      const vote = parseCanonical(value)
      if (!Value.Check(VoidVoteSchema, vote) || key !== recordKeys.voidVote(electionId, vote.mspId)) throw new ScrutinError('ledger.record', 'void-vote')
      if (!definition.members.includes(vote.mspId)) throw new ScrutinError('access.msp')
    })
  }
  const isMajority = 2 * check.count > definition.members.length
  if (status === 'void') check.failUnless(isMajority, 'the election is void, but no majority of the members voted so')
  else if (check.count > 0) check.failUnless(mayHaveReached(status, 'open') && !isMajority, `a majority voted the election void, but it is ${status}`)
}
