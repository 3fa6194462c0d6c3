/** A member's word on a release of the booth: its own, and of this moment. */
import { parseBoothApproval } from '../../../protocol/src/booth-release.ts'
import { parseCanonical } from '../../../protocol/src/canonical-json.ts'
import { demand, timeText, type Work } from './work.ts'

export function explainBooth ({ role, mspId, timeMs }: Work, of: string, value: Uint8Array): void {
  const { at } = parseBoothApproval(parseCanonical(value))
  demand(role === 'organiser' && mspId === of, `a ${role || 'nobody'} of ${mspId} speaks for ${of} on a booth`)
  demand(at === timeText(timeMs), `the approval says it is of ${at}, the transaction is of ${timeText(timeMs)}`)
}
