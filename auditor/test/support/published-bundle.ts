/** A small election taken through the real contract, and its records. */
import { electionRecords } from '../../../ledger/src/election-records.ts'
import { finishElection, stageOpenElection, temporaryLedger, voteAll } from '../../../chaincode/test/support/staged-election.ts'
import { sampleQuestion } from '../../../protocol/test/support/sample-definition.ts'
import { sampleElection } from '../../../protocol/test/support/sample-election.ts'
import { Forgery } from './forger.ts'

/** Five people on the roll, four vote on two questions, two of three trustees decrypt. */
export async function publishedBundle (): Promise<Forgery> {
  const { as, close } = await temporaryLedger()
  try {
    const election = sampleElection({
      changes: { questions: [sampleQuestion('mayor', 2, { min: 1, max: 1, blank: true }), sampleQuestion('works', 2, { min: 0, max: 2, blank: false })] },
    })
    await stageOpenElection(as, election)
    await voteAll(as, election, [
      [{ choose: ['option-1'] }, { choose: ['option-1', 'option-2'] }],
      ['blank', { choose: [] }],
      [{ choose: ['option-1'] }, { choose: ['option-2'] }],
      [{ choose: ['option-2'] }, { choose: ['option-2'] }],
    ])
    await finishElection(as, election, 3)
    const records = []
    for await (const record of electionRecords(await as('MemberC', 'auditor'), election.id)) records.push(record)
    return new Forgery(election, records)
  } finally {
    await close()
  }
}
