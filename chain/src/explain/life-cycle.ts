/** The steps of an election's life: from where, by whom, and with which record beside it. */
import { parseCanonical } from '../../../protocol/src/canonical-json.ts'
import { surelyPastMs } from '../../../protocol/src/clock-skew.ts'
import { cutOffMs, timestampMs } from '../../../protocol/src/definition.ts'
import { parseState } from '../../../protocol/src/verify-state.ts'
import type { ElectionHistory } from '../election-history.ts'
import type { ElectionWrite } from './election-write.ts'
import { demand, isOrganiser, timeText, Unexplained } from './work.ts'

export function explainOpening (write: ElectionWrite): void {
  const { definition, election: { posted } } = write
  write.during('keyed')
  write.by('organiser', 'gateway')
  demand(posted.registrar.size === definition.registrars.length, 'it is opened before every registrar is prepared')
  write.bringsAbout('open')
}

export function explainVoidVote (write: ElectionWrite, mspId: string): void {
  write.during('open', 'closed', 'tallied')
  write.by('organiser')
  write.ofMember(mspId)
  demand(write.definition.members.includes(mspId), `${mspId} is no member of this election`)
}

export function explainState (write: ElectionWrite): void {
  const { work, definition, election, isNew, value } = write
  const { role, mspId, timeMs } = work
  const { status, at, by } = parseState(parseCanonical(value))
  demand(at === timeText(timeMs), `the state says it was reached at ${at}, the transaction is of ${timeText(timeMs)}`)
  demand(by === mspId, `the state says ${by} reached it, the transaction is of ${mspId}`)
  const step = `${isNew ? 'new' : election.status} → ${status}`
  const byOrganiser = isOrganiser(work, definition)
  const byAny = role === 'gateway' || role === 'trustee' || role === 'organiser'
  const has = (condition: boolean): void => { demand(condition, `${step} by a ${role || 'client without a role'} of ${mspId} at ${at} is no step of the life cycle`) }
  switch (step) {
    case 'new → announced': has(byOrganiser && write.comesWith('definition')); break
    case 'announced → keyed': has(role === 'trustee' && write.comesWith('keys') && write.comesWith('confirm')); break
    case 'announced → cancelled': has(byOrganiser || (role === 'trustee' && write.comesWith('complaint')) || (byAny && timeMs > surelyPastMs(roundDeadline(election)))); break
    case 'keyed → cancelled': has(byOrganiser); break
    case 'keyed → open': has((byOrganiser || role === 'gateway') && write.comesWith('opening') && timestampMs(definition.opensAt) <= timeMs && timeMs < timestampMs(definition.closesAt)); break
    case 'open → closed': has(timeMs >= surelyPastMs(cutOffMs(definition)) ? role === 'gateway' || role === 'organiser' : byOrganiser && definition.earlyClose); break
    case 'closed → tallied': has(byAny && write.comesWith('count')); break
    case 'tallied → published': has(byAny && write.comesWith('result')); break
    case 'open → void': case 'closed → void': case 'tallied → void':
      has(role === 'organiser' && write.comesWith('void-vote') && 2 * new Set([...election.voidVotes, mspId]).size > definition.members.length)
      break
    default: throw new Unexplained(`${step} is no step of the life cycle`)
  }
}

/** When the first round of the ceremony that is not complete ends. */
function roundDeadline ({ definition, posted }: ElectionHistory): number {
  const { commitBy, dealBy, confirmBy } = definition.ceremony
  const all = definition.trustees.length
  return timestampMs(posted.commit.size < all ? commitBy : posted.deal.size < all ? dealBy : confirmBy)
}
