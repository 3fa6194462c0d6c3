/**
 * The registrar's desk: whoever brings a valid code gets a place on the roll
 * and one blind signature, never two.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { FastifyBaseLogger } from 'fastify'
import type { Ledger } from '../../ledger/src/port.ts'
import { toBase64url } from '../../protocol/src/bytes.ts'
import { blindedMessageHash } from '../../protocol/src/credential.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { KeyPair } from '../../protocol/src/schnorr.ts'
import { assertSignable, blindSign, type RsaKey } from './blind-sign.ts'
import { codeHash, normaliseCode } from './invitation-code.ts'
import { IssuanceStore } from './issuance-store.ts'
import { IssuingQueue } from './issuing-queue.ts'
import { assertIssuing, type ElectionOnLedger, readElection } from './read-election.ts'
import { RollStore, type StoredElection, type StoredLeaf } from './roll-store.ts'

/** How old what we know of an election's state may be, milliseconds. */
const freshMs = 2000

interface OpenElection {
  readonly election: StoredElection
  /** One per class. */
  readonly keys: readonly RsaKey[]
  readonly issuances: IssuanceStore
  readonly queue: IssuingQueue
  onLedger: Promise<ElectionOnLedger> | undefined
  readAt: number
}

export interface ElectionDescription {
  readonly electionId: string
  /** This registrar's place among those of the definition. */
  readonly registrar: number
  /** RSA moduli by class, base64url. */
  readonly moduli: readonly string[]
  /** Whether they stand on the ledger. */
  readonly prepared: boolean
}

export type Obtained =
  | { readonly status: 'signed', readonly leaf: StoredLeaf, readonly signature: string }
  | { readonly status: 'waiting', readonly retryAfterSeconds: number }

export interface DeskOptions {
  readonly ledger: Ledger
  readonly database: DatabaseSync
  /** The registrar's key of definitions. */
  readonly keys: KeyPair
  readonly codeSecret: Uint8Array
  readonly log: FastifyBaseLogger
}

export class IssuingDesk {
  readonly #options: DeskOptions
  readonly #roll: RollStore
  readonly #open = new Map<string, OpenElection>()

  constructor (options: DeskOptions) {
    this.#options = options
    this.#roll = new RollStore(options.database)
  }

  /** Goes on with the issuances that waited when the registrar stopped. */
  resume (): void {
    for (const id of this.#roll.electionIds()) {
      if (new IssuanceStore(this.#options.database, id).queue().count > 0) this.#election(id).queue.wake()
    }
  }

  /** Throws `election.unknown` for an election whose roll was not imported. */
  async describe (electionId: string): Promise<ElectionDescription> {
    const open = this.#election(electionId)
    const { registrar } = open.election
    const moduli = open.keys.map(({ modulus }) => modulus)
    const posted = (await this.#onLedger(open)).registrars[registrar]
    return { electionId, registrar, moduli, prepared: posted?.moduli.join() === moduli.join() }
  }

  /**
   * The leaf of whoever holds this code. Writes nothing.
   *
   * @throws ScrutinError `input.malformed` for a mistyped code, `access.unauthenticated` for one that was not given out
   */
  identify (electionId: string, typedCode: string): StoredLeaf {
    this.#election(electionId)
    const code = normaliseCode(typedCode)
    if (code === undefined) throw new ScrutinError('input.malformed', 'this is no invitation code: a symbol is wrong or missing')
    const position = this.#roll.positionOfCode(electionId, codeHash(this.#options.codeSecret, electionId, code))
    if (position === undefined) throw new ScrutinError('access.unauthenticated', 'this code was not given out for this election')
    return this.#roll.leaf(electionId, position)!
  }

  /**
   * Signs the blinded message once its issuance stands on the ledger; waits for that so many milliseconds.
   *
   * @throws ScrutinError `issuance.exists` when another blinded message was signed for this leaf, and what `identify` and `assertIssuing` throw
   */
  async obtain (electionId: string, code: string, blindedMessage: Uint8Array, waitMs: number): Promise<Obtained> {
    const open = this.#election(electionId)
    const leaf = this.identify(electionId, code)
    const key = open.keys[leaf.place.classIndex]!
    assertSignable(key, blindedMessage)
    const blinded = blindedMessageHash(blindedMessage)
    const { issuances, queue } = open
    let issuance = issuances.find(leaf.position)
    if (issuance === undefined) {
      await this.#assertIssuing(open)
      issuance = issuances.request(leaf.position, blinded, Date.now())
      queue.wake()
    }
    if (issuance.blinded !== blinded) throw new ScrutinError('issuance.exists')
    if (!await queue.recorded(leaf.position, waitMs)) return { status: 'waiting', retryAfterSeconds: queue.secondsUntilDue() }
    // what is recorded may be another's after all: the ledger decided
    if (issuances.find(leaf.position)?.blinded !== blinded) throw new ScrutinError('issuance.exists')
    return { status: 'signed', leaf, signature: toBase64url(blindSign(key, blindedMessage)) }
  }

  async close (): Promise<void> {
    await Promise.all([...this.#open.values()].map(async ({ queue }) => { await queue.close() }))
  }

  #election (id: string): OpenElection {
    const found = this.#open.get(id)
    if (found !== undefined) return found
    const election = this.#roll.election(id)
    if (election === undefined) throw new ScrutinError('election.unknown', 'this registrar holds no roll for it')
    const { ledger, keys, database, log } = this.#options
    const issuances = new IssuanceStore(database, id)
    const queue = new IssuingQueue({ ledger, keys, election, roll: this.#roll, issuances, log })
    const open: OpenElection = { election, keys: this.#roll.rsaKeys(id), issuances, queue, onLedger: undefined, readAt: 0 }
    this.#open.set(id, open)
    return open
  }

  /** Throws why no credentials are issued, if there is a reason; one that may have gone since is looked at again. */
  async #assertIssuing (open: OpenElection): Promise<void> {
    const check = (election: ElectionOnLedger): void => {
      assertIssuing(election, Date.now())
      const posted = election.registrars[open.election.registrar]?.moduli.join()
      if (posted !== open.keys.map(({ modulus }) => modulus).join()) throw new ScrutinError('election.not-ready', 'other keys of this registrar stand on the ledger')
    }
    const cached = await this.#onLedger(open)
    try {
      check(cached)
    } catch {
      open.onLedger = undefined
      check(await this.#onLedger(open))
    }
  }

  /** Many voters come at once: the ledger is asked for the state every other second only. */
  async #onLedger (open: OpenElection): Promise<ElectionOnLedger> {
    if (open.onLedger === undefined || Date.now() - open.readAt > freshMs) {
      const reading = readElection(this.#options.ledger, open.election.id)
      open.readAt = Date.now()
      open.onLedger = reading
      reading.catch(() => { if (open.onLedger === reading) open.onLedger = undefined })
    }
    return await open.onLedger
  }
}
