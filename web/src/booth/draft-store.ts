/**
 * Choices that are not sealed yet, for a reload: in the tab's own storage, which ends with the tab, and gone
 * from there before the ballot is signed.
 */
import type { Draft } from '../inputs/drafts.ts'

const keyOf = (electionId: string): string => `scrutin-draft ${electionId}`

export function keepDrafts (electionId: string, drafts: readonly Draft[]): void {
  sessionStorage.setItem(keyOf(electionId), JSON.stringify(drafts.map((draft) => draft ?? null)))
}

export function keptDrafts (electionId: string, questions: number): Draft[] {
  const none = Array.from({ length: questions }, (): Draft => undefined)
  try {
    const drafts = JSON.parse(sessionStorage.getItem(keyOf(electionId)) ?? '[]') as (Draft | null)[]
    return drafts.length === questions ? drafts.map((draft) => draft ?? undefined) : none
  } catch {
    return none
  }
}

export function forgetDrafts (electionId: string): void {
  sessionStorage.removeItem(keyOf(electionId))
}
