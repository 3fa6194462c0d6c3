/** A voter's word that the ballot was found: by the key that cast it, while or after its election runs. */
import { parseCanonical } from '../../../protocol/src/canonical-json.ts'
import { equalBytes } from '../../../protocol/src/bytes.ts'
import { encodeRecord, recordKeys } from '../../../protocol/src/records.ts'
import { assertVoterCheck, parseVoterChecks } from '../../../protocol/src/voter-check.ts'
import type { ChainStore } from '../chain-store.ts'
import { contractName } from '../contract-definition.ts'
import type { ElectionWrite } from './election-write.ts'
import { demand } from './work.ts'

export function explainVoterCheck (store: ChainStore, write: ElectionWrite, tracker: string): void {
  const { election: { id }, value } = write
  write.during('open', 'closed', 'tallied', 'published')
  write.by('gateway')
  const [check] = parseVoterChecks([{ tracker, ...parseCanonical(value) as object }])
  demand(equalBytes(value, encodeRecord({ signature: check!.signature })), 'a voter\'s check says more than that')
  const ballot = store.get(contractName, recordKeys.tracker(id, tracker))
  demand(ballot !== undefined, 'a check comes without its ballot')
  const { credentialKey } = parseCanonical(ballot.value) as { credentialKey: string }
  assertVoterCheck(id, credentialKey, check!)
}
