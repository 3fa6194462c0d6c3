/** What the gateway remembers of elections: only what can't change any more, and only of the last used. */
import { ballotLength } from '../../protocol/src/ballot-encoding.ts'
import { type BallotRules, ballotRules } from '../../protocol/src/check-ballots.ts'
import { type Definition, slotRules, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { QuestionRules } from '../../protocol/src/question-rules.ts'
import type { ElectionStatus } from '../../protocol/src/records.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { Election } from './answers.ts'
import { BoundedCache } from './bounded-cache.ts'
import { readContract } from './read-contract.ts'

/** An election as its ballots see it. */
export interface BallotForm {
  readonly rules: readonly QuestionRules[]
  /** Bytes of every ballot of this election. */
  readonly length: number
  /** Milliseconds since 1970. */
  readonly closesAt: number
  /** MSP ids of the members whose ledger holds the election. */
  readonly members: readonly string[]
  /** People on the roll. */
  readonly roll: number
}

/** No transaction can follow these. */
export const finalStatuses: ReadonlySet<ElectionStatus> = new Set(['published', 'cancelled', 'void'] as const)
/** Nothing is added to the box, and nothing was before: `cancelled`. */
export const fixedBoxStatuses: ReadonlySet<ElectionStatus> = new Set(['closed', 'tallied', 'published', 'cancelled', 'void'] as const)

export class Elections {
  readonly #ledger: Ledger
  readonly #forms = new BoundedCache<BallotForm>(1000)
  readonly #fixedBoxes = new BoundedCache<true>(1000)
  /** What ballots are checked against; of elections that were open when last seen. */
  readonly #open = new BoundedCache<BallotRules>(32)
  readonly #opening = new Map<string, Promise<BallotRules>>()

  constructor (ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Fresh from the ledger; `election.unknown`. */
  async read (electionId: string): Promise<Election> {
    const election = await readContract(this.#ledger, Election, 'readElection', [electionId])
    this.#forms.set(electionId, ballotForm(election.definition))
    if (fixedBoxStatuses.has(election.state.status)) this.#fixedBoxes.set(electionId, true)
    if (election.state.status !== 'open') this.#open.delete(electionId)
    return election
  }

  /** Whether it has been seen, so that `ballotForm` needs not ask. */
  knows (electionId: string): boolean {
    return this.#forms.get(electionId) !== undefined
  }

  async ballotForm (electionId: string): Promise<BallotForm> {
    const known = this.#forms.get(electionId)
    if (known !== undefined) return known
    return ballotForm((await this.read(electionId)).definition)
  }

  /**
   * What its ballots are checked against. That it is still open, only the contract can say.
   *
   * @throws ScrutinError `election.state` when it is not open
   */
  async openRules (electionId: string): Promise<BallotRules> {
    const known = this.#open.get(electionId)
    if (known !== undefined) return known
    // the first voters come together
    const reading = this.#opening.get(electionId) ?? this.#readOpenRules(electionId).finally(() => { this.#opening.delete(electionId) })
    this.#opening.set(electionId, reading)
    return await reading
  }

  async #readOpenRules (electionId: string): Promise<BallotRules> {
    const { state, opening, definition } = await this.read(electionId)
    if (state.status !== 'open' || opening === null) throw new ScrutinError('election.state', `the election is ${state.status}`)
    const rules = ballotRules(electionId, slotRules(definition), opening.electionKeys, opening.moduli)
    this.#open.set(electionId, rules)
    return rules
  }

  /** Whether no ballot and no issuance can be added any more. */
  async isBoxFixed (electionId: string): Promise<boolean> {
    return this.#fixedBoxes.get(electionId) ?? fixedBoxStatuses.has((await this.read(electionId)).state.status)
  }
}

function ballotForm (definition: Definition): BallotForm {
  const rules = slotRules(definition)
  return { rules, length: ballotLength(rules, definition.registrars.length), closesAt: timestampMs(definition.closesAt), members: definition.members, roll: definition.roll.size }
}
