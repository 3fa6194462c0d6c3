/** A ballot and its tracker, which come together. */
import { ballotTracker, peekBallot } from '../../../protocol/src/ballot-encoding.ts'
import { equalBytes } from '../../../protocol/src/bytes.ts'
import { cutOffMs } from '../../../protocol/src/definition.ts'
import { encodeRecord, recordKeys } from '../../../protocol/src/records.ts'
import type { ElectionWrite } from './election-write.ts'
import { demand } from './work.ts'

export function explainBallot (write: ElectionWrite, credentialKey: string): void {
  const { definition, election: { id, rules }, value } = write
  write.during('open')
  write.by('gateway')
  write.until(cutOffMs(definition))
  const ballot = peekBallot(value)
  demand(ballot.electionId === id && ballot.credentialKey === credentialKey && ballot.classIndex < definition.classes.length, 'a ballot stands under another key')
  const tracker = write.companion(recordKeys.tracker(id, ballotTracker(value, rules)))
  demand(equalBytes(tracker, encodeRecord({ credentialKey })), 'a tracker names another ballot')
}

export function explainTracker (write: ElectionWrite): void {
  const { work, election: { id }, value } = write
  write.during('open')
  write.by('gateway')
  const isNamed = [...work.writes.values()].some(({ path }) => path.kind === 'ballot' && path.electionId === id && equalBytes(value, encodeRecord({ credentialKey: path.name })))
  demand(isNamed, 'a tracker comes without its ballot')
}
