/** What verifying an election reports: one line a check, each with a stable name. */
import { ScrutinError } from './errors.ts'
import type { ElectionStatus, ResultRecord } from './records.ts'
import type { TallyJson } from './tally.ts'

/** In the order in which they are reported. */
export const checkNames = [
  'bundle.format', 'definition', 'state', 'ceremony', 'keys', 'trials', 'registrars', 'opening', 'issuances', 'ballots', 'trackers',
  'issuances-cover-ballots', 'box-root', 'sums', 'root-statements', 'decryptions', 'result', 'void-votes',
] as const
export type CheckName = typeof checkNames[number]

export interface Check<Name extends string = CheckName> {
  readonly name: Name
  /** How many things were looked at: records, but for `issuances-cover-ballots` ballots. */
  readonly count: number
  readonly ok: boolean
  /** What failed first, or why there was nothing to check; else empty. */
  readonly detail: string
}

export interface VerificationReport {
  /** Whether every check passed that applies to an election in this state. */
  readonly ok: boolean
  /** Records alone can't be traced back to a published genesis block: that takes whole blocks (`chain/`). */
  readonly anchored: false
  /** Null when the bundle names none. */
  readonly electionId: string | null
  readonly status: ElectionStatus | null
  readonly checks: readonly Check[]
  /** Null unless the election is published and every check passed. */
  readonly result: ResultRecord | null
  /** Root and sums recomputed from the ballots that passed; null when no ballot could be checked. */
  readonly tally: TallyJson | null
}

/** Collects the verdict of one check: its first failure, and how many more there were. */
export class OpenCheck<Name extends string = CheckName> {
  readonly name: Name
  count = 0
  #failures = 0
  #detail = ''

  constructor (name: Name) {
    this.name = name
  }

  get ok (): boolean {
    return this.#failures === 0
  }

  fail (detail: string): void {
    if (this.#failures++ === 0) this.#detail = detail
  }

  /** Says why there is nothing to check, or what was left out. */
  note (detail: string): void {
    if (this.ok) this.#detail = detail
  }

  failUnless (condition: boolean, detail: string): void {
    if (!condition) this.fail(detail)
  }

  /** Runs `check`; what it refuses becomes a failure that names `what`, and undefined is returned. */
  attempt<T> (what: string, check: () => T): T | undefined {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof ScrutinError)) throw error
      this.fail(`${what}: ${error.message}`)
      return undefined
    }
  }

  close (): Check<Name> {
    const more = this.#failures > 1 ? ` (and ${this.#failures - 1} more)` : ''
    return { name: this.name, count: this.count, ok: this.ok, detail: this.#detail + more }
  }
}

export type OpenChecks = Readonly<Record<CheckName, OpenCheck>>

export function openChecks (): OpenChecks {
  return Object.fromEntries(checkNames.map((name) => [name, new OpenCheck(name)])) as Record<CheckName, OpenCheck>
}
