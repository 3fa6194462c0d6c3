/** The trustees' records before voting opens. */
import { timestampMs } from '../../../protocol/src/definition.ts'
import type { ElectionWrite } from './election-write.ts'
import { demand } from './work.ts'

export type Round = 'commit' | 'deal' | 'confirm' | 'complaint'

export function explainRound (write: ElectionWrite, round: Round, index: number): void {
  const { definition: { ceremony, trustees }, election: { posted } } = write
  write.during('announced')
  write.byTrustee(index)
  write.until(timestampMs({ commit: ceremony.commitBy, deal: ceremony.dealBy, confirm: ceremony.confirmBy, complaint: ceremony.confirmBy }[round]))
  demand(round === 'commit' || posted.commit.size === trustees.length, `a ${round} comes before all commitments`)
  demand(round === 'commit' || round === 'deal' || posted.deal.size === trustees.length, `a ${round} comes before all contributions`)
}

export function explainKeys (write: ElectionWrite): void {
  write.during('announced')
  write.by('trustee')
  write.bringsAbout('keyed')
}

export function explainTrial (write: ElectionWrite, index: number): void {
  write.during('keyed')
  write.byTrustee(index)
}
