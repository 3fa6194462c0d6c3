import type { CeremonyContext, CommitMessage, DealMessage } from '../../src/ceremony.ts'
import { type CeremonySecrets, commitMessage, dealMessage, drawSecrets } from '../../src/hold-shares.ts'

export interface HeldCeremony {
  readonly context: CeremonyContext
  readonly secrets: readonly CeremonySecrets[]
  readonly commits: readonly CommitMessage[]
  readonly deals: readonly DealMessage[]
}

/** A ceremony of honest trustees, up to the deals. */
export function heldCeremony (trusteeCount: number, threshold: number, keyCount: number): HeldCeremony {
  const context = { electionId: new Uint8Array(32).fill(9), trusteeCount, threshold, keyCount }
  const secrets = Array.from({ length: trusteeCount }, () => drawSecrets(context))
  const commits = secrets.map((secret, trustee) => commitMessage(context, trustee, secret))
  return { context, secrets, commits, deals: secrets.map((secret, trustee) => dealMessage(context, trustee, secret, commits)) }
}
