/** A ledger that keeps ballots in a map and counts transactions: shows how the gateway batches, without cryptography. */
import { randomBytes } from 'node:crypto'
import { splitFrames } from '../../../protocol/src/bytes.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { ElectionStatus } from '../../../protocol/src/records.ts'
import type { Committed, Ledger } from '../../../ledger/src/port.ts'
import type { QueuedBallot } from '../../src/casting/queued-ballot.ts'

export interface FakeTransaction {
  readonly trackers: readonly string[]
  outcome: string
}

/** The first 32 bytes of a fake ballot are its credential key, the next its tracker; a further byte of 1 makes it junk, of 2 poison. */
export function fakeBallot (electionId: string, options: { credentialKey?: string, flag?: number, length?: number } = {}): QueuedBallot {
  const credentialKey = options.credentialKey ?? randomBytes(32).toString('hex')
  const tracker = randomBytes(32).toString('hex')
  const bytes = Buffer.concat([Buffer.from(credentialKey, 'hex'), Buffer.from(tracker, 'hex'), Buffer.alloc((options.length ?? 100) - 64, options.flag ?? 0)])
  return { electionId, tracker, credentialKey, bytes }
}

export class FakeLedger {
  readonly transactions: FakeTransaction[] = []
  /** By credential key. */
  readonly box = new Map<string, { tracker: string, transactionId: string }>()
  /** How long a transaction takes. */
  ms = 5
  /** Taken one by one by the transactions that come: what happens to them in place of the ordinary. */
  readonly mishaps: ScrutinError[] = []
  /** Ballots that another gateway casts while the next transaction is under way. */
  readonly rivals: QueuedBallot[] = []
  isClosed = false
  /** What the own peer knows: less than the others, when it is behind. */
  own: { status?: ElectionStatus, box?: Map<string, { tracker: string, transactionId: string }>, placed?: boolean } = {}
  underWay = 0
  mostUnderWay = 0

  /** As the port; only what casting needs. */
  get ledger (): Ledger {
    return { kind: 'embedded', mspId: 'MemberA', submit: this.#submit, evaluate: this.#evaluate, locate: async () => this.own.placed === false ? undefined : { blockNumber: 7n, index: 0 } } as Partial<Ledger> as Ledger
  }

  record (ballot: QueuedBallot): void {
    this.box.set(ballot.credentialKey, { tracker: ballot.tracker, transactionId: randomBytes(32).toString('hex') })
  }

  readonly #submit: Ledger['submit'] = async (_transaction, _args, transient = {}): Promise<Committed> => {
    const ballots = splitFrames(transient['ballots']!, 200).map((bytes) => {
      const text = Buffer.from(bytes).toString('hex')
      return { credentialKey: text.slice(0, 64), tracker: text.slice(64, 128), flag: bytes[64]! }
    })
    const transaction: FakeTransaction = { trackers: ballots.map(({ tracker }) => tracker), outcome: 'committed' }
    this.transactions.push(transaction)
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay)
    try {
      const before = new Map(this.box)
      await new Promise((resolve) => { setTimeout(resolve, this.ms) })
      const mishap = this.mishaps.shift()
      if (mishap !== undefined) throw mishap
      if (this.isClosed) throw new ScrutinError('election.state')
      if (ballots.some(({ flag }) => flag === 2)) throw new ScrutinError('ledger.refused', 'the contract fell over')
      const verdicts = ballots.map(({ credentialKey, tracker, flag }) => {
        const stored = before.get(credentialKey)
        if (stored !== undefined) return stored.tracker === tracker ? { accepted: true, tracker, credentialKey, recorded: true } : { accepted: false, code: 'ballot.credential-used' }
        return flag === 1 ? { accepted: false, code: 'ballot.proof' } : { accepted: true, tracker, credentialKey, recorded: false }
      })
      if (!verdicts.some(({ accepted, recorded }) => accepted && recorded === false)) {
        if (verdicts.every(({ accepted }) => accepted)) throw new ScrutinError('ballot.recorded')
        if (verdicts.length === 1) throw new ScrutinError(verdicts[0]!.code as 'ballot.proof')
        throw new ScrutinError('ballot.none-accepted', JSON.stringify(verdicts))
      }
      const rival = this.rivals.shift()
      if (rival !== undefined) this.record(rival)
      if (ballots.some(({ credentialKey }) => this.box.get(credentialKey)?.transactionId !== before.get(credentialKey)?.transactionId)) throw new ScrutinError('ledger.conflict')
      const transactionId = randomBytes(32).toString('hex')
      verdicts.forEach((verdict) => { if (verdict.accepted && verdict.recorded === false) this.box.set(verdict.credentialKey!, { tracker: verdict.tracker!, transactionId }) })
      return { transactionId, blockNumber: BigInt(this.transactions.length), index: 0, result: Buffer.from(JSON.stringify({ verdicts })) }
    } catch (error) {
      transaction.outcome = (error as ScrutinError).code
      throw error
    } finally {
      this.underWay--
    }
  }

  readonly #evaluate: Ledger['evaluate'] = async (transaction, [, keys]) => {
    if (transaction === 'readRecords') {
      const state = { status: this.own.status ?? (this.isClosed ? 'closed' : 'open'), at: new Date().toISOString(), by: 'MemberA' }
      return Buffer.from(JSON.stringify({ records: [{ key: 'state', value: Buffer.from(JSON.stringify(state)).toString('base64url') }], cursor: null }))
    }
    if (transaction !== 'findBallots') throw new Error(`the fake knows no ${transaction}`)
    const found = (JSON.parse(keys!) as string[]).map((key) => (this.own.box ?? this.box).get(key) ?? null)
    return Buffer.from(JSON.stringify({ found }))
  }
}
