/**
 * Who endorsed a record that does not hold: members whose contract should have
 * refused it. What the record must say `verifyElection` knows, who endorsed it
 * the chain.
 */
import type { Writers } from '../../chain/src/replay-chain.ts'
import type { RecordSection } from '../../protocol/src/records.ts'
import type { Check, CheckName } from '../../protocol/src/verification-report.ts'

/** The records that a check looks at. The other checks compare what is recorded with what is recomputed. */
const sections: Readonly<Partial<Record<CheckName, RecordSection>>> = {
  definition: 'definition',
  state: 'state',
  ceremony: 'ceremony',
  keys: 'keys',
  trials: 'trial',
  registrars: 'registrar',
  opening: 'opening',
  issuances: 'issuance',
  ballots: 'ballot',
  trackers: 'tracker',
  'box-root': 'count',
  sums: 'count',
  'root-statements': 'box-root',
  decryptions: 'decryption',
  result: 'result',
  'void-votes': 'void-vote',
}

/** Failed checks say of their first record who endorsed and who sent it. Details begin with the record's name in its section. */
export function nameEndorsers (checks: readonly Check[], electionId: string, writersOf: (key: string) => Writers | undefined): Check[] {
  return checks.map((check) => {
    const section = sections[check.name]
    if (check.ok || section === undefined) return check
    const folder = `election/${electionId}/${section}`
    const name = /^([^\s:]+): /.exec(check.detail)?.[1]
    const writers = (name === undefined ? undefined : writersOf(`${folder}/${name}`)) ?? writersOf(folder)
    return writers === undefined ? check : { ...check, detail: `${check.detail}; endorsed by ${writers.endorsedBy}, sent by ${writers.sentBy}` }
  })
}
