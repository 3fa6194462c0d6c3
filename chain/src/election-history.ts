/** What is remembered of each election while its chain is replayed: enough to judge the next write. */
import type { Definition } from '../../protocol/src/definition-schema.ts'
import { slotRules } from '../../protocol/src/definition.ts'
import type { QuestionRules } from '../../protocol/src/question-rules.ts'
import type { ElectionStatus } from '../../protocol/src/records.ts'

export class ElectionHistory {
  readonly id: string
  readonly definition: Definition
  readonly rules: readonly QuestionRules[]
  status: ElectionStatus = 'announced'
  /** Messages of each round of the ceremony, and of the registrars: by index. */
  readonly posted = { commit: new Set<number>(), deal: new Set<number>(), registrar: new Set<number>() }
  /** `issued[registrar][class]` */
  readonly issued: number[][]
  /** By class. */
  readonly ballots: number[]
  /** Of the count so far: how many ballots, and the last one's key. */
  counted = { size: 0, cursor: '' }
  readonly voidVotes = new Set<string>()
  /** Whether ballots came since this was last asked. */
  hasNewBallots = false

  constructor (id: string, definition: Definition) {
    this.id = id
    this.definition = definition
    this.rules = slotRules(definition)
    this.issued = definition.registrars.map(() => definition.classes.map(() => 0))
    this.ballots = definition.classes.map(() => 0)
  }

  get ballotCount (): number {
    return this.ballots.reduce((sum, count) => sum + count, 0)
  }

  /** The first registrar and class with fewer issuances than ballots; undefined when all is well. */
  uncovered (): { registrar: number, classIndex: number, issued: number, ballots: number } | undefined {
    for (const [registrar, perClass] of this.issued.entries()) {
      for (const [classIndex, issued] of perClass.entries()) {
        const ballots = this.ballots[classIndex]!
        if (ballots > issued) return { registrar, classIndex, issued, ballots }
      }
    }
    return undefined
  }
}
