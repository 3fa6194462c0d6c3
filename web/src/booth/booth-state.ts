/** What the booth shows, as one value. */
import type { CheckFile } from '../../../protocol/src/opened-ballot.ts'
import type { Receipt } from '../../../protocol/src/receipt.ts'
import type { Draft } from '../inputs/drafts.ts'
import type { ElectionView, Failure } from '../worker/calls.ts'

export type Page =
  | { readonly name: 'loading' }
  | { readonly name: 'failed', readonly failure: Failure }
  /** No way to the ballot box any more, or not yet. */
  | { readonly name: 'shut', readonly why: 'closed' | 'not-open' }
  | { readonly name: 'identity', readonly signed: readonly boolean[], readonly problems: readonly (string | undefined)[], readonly busy: boolean, readonly waiting?: number }
  | { readonly name: 'ballot', readonly problems: readonly (string | undefined)[], readonly busy: boolean }
  | { readonly name: 'review', readonly tracker: string, readonly busy: boolean }
  | { readonly name: 'opened', readonly file: CheckFile }
  | { readonly name: 'casting', readonly tracker: string | undefined, readonly stage: CastingStage }
  | { readonly name: 'voted', readonly receipt: Receipt, readonly gateway: string, readonly fresh: boolean }
  | { readonly name: 'forgotten' }

export type CastingStage =
  | { readonly at: 'sealing' }
  | { readonly at: 'pausing', readonly seconds: number }
  | { readonly at: 'sending', readonly gateway: string }
  /** No receipt came: the same ballot is sent again. */
  | { readonly at: 'again', readonly seconds: number }

export interface BoothState {
  readonly page: Page
  readonly view: ElectionView | undefined
  /** One per question. */
  readonly drafts: readonly Draft[]
  /** What failed last, shown above the page that it happened on. */
  readonly failure: Failure | undefined
  readonly recovery: { readonly open: boolean, readonly busy: boolean, readonly problem: string | undefined }
}

/** The place on the progress line, from 0; undefined where there is none. */
export function stepOf ({ name }: Page): number | undefined {
  switch (name) {
    case 'identity': return 0
    case 'ballot': return 1
    case 'review': case 'opened': case 'casting': return 2
    case 'voted': return 3
    case 'loading': case 'failed': case 'shut': case 'forgotten': return undefined
  }
}
