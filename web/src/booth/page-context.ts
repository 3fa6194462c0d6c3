/** What every page is given, and what it can ask the booth to do. */
import type { Draft, Label } from '../inputs/drafts.ts'
import type { Language, Texts } from '../texts/texts.ts'
import type { ElectionView } from '../worker/calls.ts'

export interface PageContext {
  readonly texts: Texts
  readonly language: Language
  readonly label: Label
  readonly view: ElectionView
}

export interface BoothActions {
  readonly identify: (codes: readonly string[]) => void
  readonly change: (question: number, draft: Draft) => void
  readonly fill: () => void
  readonly backToBallot: () => void
  readonly check: () => void
  readonly cast: () => void
  readonly forget: () => void
  readonly showRecovery: () => void
  readonly saveRecovery: (passphrase: string) => void
  readonly recover: (file: File | undefined, passphrase: string) => void
}
