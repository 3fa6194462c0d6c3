/** The voter's way through one election on this device, without a screen: it holds the keys, and keeps what must not be lost. */
import type { Question } from '../../../protocol/src/definition.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { FilledBallot } from '../../../protocol/src/fill-ballot.ts'
import type { Answer } from '../../../protocol/src/kinds/kinds.ts'
import { type CheckFile, checkFileOf } from '../../../protocol/src/opened-ballot.ts'
import { askedQuestions, castBallot, castingOrder, fillIn, seal } from '../../../voter/src/cast-ballot.ts'
import { GatewayClient } from '../../../voter/src/gateway-client.ts'
import { type Credential, type CredentialState, isComplete, obtainCredential } from '../../../voter/src/obtain-credential.ts'
import { pause } from '../../../voter/src/pause.ts'
import { RecoverySealer } from '../../../voter/src/recovery-file.ts'
import type { VerifiedElection } from '../../../voter/src/verified-election.ts'
import { type TrackedBallot, verifyTracker } from '../../../voter/src/verify-tracker.ts'
import { type ElectionAtHand, meetElection } from '../../../voter/src/vote.ts'
import type { BoothCalls, BoothEvent, ElectionView, PauseSeconds, Standing } from './calls.ts'
import type { Kept, KeptElections, Proof } from './kept.ts'
import { readSettings } from './settings.ts'

interface Met extends ElectionAtHand {
  /** Those of the settings. */
  readonly gateways: readonly GatewayClient[]
  readonly pauseSeconds: PauseSeconds
}

export class BoothDesk implements BoothCalls {
  readonly #kept: KeptElections
  readonly #tell: (event: BoothEvent) => void
  #met: Met | undefined
  #filled: FilledBallot | undefined

  constructor (kept: KeptElections, tell: (event: BoothEvent) => void) {
    this.#kept = kept
    this.#tell = tell
  }

  async meet (baseUrl: string, electionId: string | undefined): Promise<ElectionView> {
    const settings = await readSettings(baseUrl)
    const id = electionId ?? settings.election
    if (id === undefined) throw new ScrutinError('election.unknown', 'the address names no election')
    const [gateway, ...others] = settings.gateways.map((url) => new GatewayClient(url))
    const atHand = await meetElection(gateway!, id, { others })
    this.#met = { ...atHand, gateways: [gateway!, ...others], pauseSeconds: settings.pauseSeconds }
    const { election: { definition }, directory } = atHand
    const urls = directory.registrars(definition).map(({ url }) => url)
    const kept = await this.#kept.read(id)
    return {
      id,
      definition: { ...definition, questions: askedOf(atHand.election, kept) },
      status: await readStatus(this.#met),
      registrars: definition.registrars.map(({ mspId, identifies }, i) => ({ mspId, url: urls[i]!, way: identifies.way })),
      gateways: directory.of('gateway').filter(({ mspId }) => definition.members.includes(mspId)).map(({ mspId, url }) => ({ mspId, url })),
      standing: standingOf(kept, definition.registrars.length),
    }
  }

  async identify (registrar: number, code: string): Promise<void> {
    const { election, directory } = this.#atHand()
    await directory.registrars(election.definition)[registrar]!.identify(election.id, code)
  }

  async obtain (codes: readonly string[]): Promise<readonly Question[]> {
    const { election, directory } = this.#atHand()
    await this.#alone(async (kept) => {
      if (kept.proof !== undefined || kept.sealed !== undefined) return
      await obtainCredential(election, directory.registrars(election.definition), codes, {
        ...kept.credential === undefined ? {} : { resume: kept.credential },
        keep: async (credential) => { await this.#kept.write(election.id, { credential }) },
        onWaiting: (seconds) => { this.#tell({ event: 'waiting', seconds }) },
      })
    })
    return askedOf(election, await this.#kept.read(election.id))
  }

  async fill (answers: readonly Answer[]): Promise<{ tracker: string }> {
    const { election } = this.#atHand()
    this.#filled = undefined
    this.#filled = fillIn(election, credentialOf(await this.#kept.read(election.id)), answers)
    return { tracker: this.#filled.tracker }
  }

  async open (): Promise<CheckFile> {
    return checkFileOf(this.#atHand().election.id, this.#takeFilled().open())
  }

  /** Two tabs, or two clicks, seal one ballot: the first. */
  async seal (): Promise<{ tracker: string }> {
    const { election } = this.#atHand()
    return await this.#alone(async (kept) => {
      const tracker = kept.sealed?.tracker ?? kept.proof?.receipt.tracker
      if (tracker !== undefined) return { tracker }
      const filled = this.#takeFilled()
      const bytes = seal(election, credentialOf(kept), filled)
      await this.#kept.write(election.id, { ...kept, sealed: { bytes, tracker: filled.tracker } })
      return { tracker: filled.tracker }
    })
  }

  async cast (): Promise<Proof> {
    const { election, directory, gateways, pauseSeconds } = this.#atHand()
    return await this.#alone(async ({ sealed, proof }) => {
      if (proof !== undefined) return proof
      if (sealed === undefined) throw new Error('nothing is sealed')
      const seconds = drawSeconds(pauseSeconds)
      this.#tell({ event: 'pausing', seconds })
      await pause(1000 * seconds)
      const { receipt, gateway } = await castBallot(election, directory, [...castingOrder(election, directory), ...gateways], sealed.bytes, sealed.tracker, {
        onAttempt: ({ url }) => { this.#tell({ event: 'attempt', gateway: url }) },
      })
      // the credential can do nothing more: what is left is the proof
      const won = { receipt, gateway: gateway.url }
      await this.#kept.write(election.id, { proof: won })
      return won
    })
  }

  async lookUp (tracker: string, gatewayUrl: string): Promise<TrackedBallot> {
    return await verifyTracker(new GatewayClient(gatewayUrl), this.#atHand().election, tracker)
  }

  async recoveryFile (passphrase: string): Promise<string> {
    const { credential } = await this.#kept.read(this.#atHand().election.id)
    if (credential === undefined) throw new Error('there is no credential to keep')
    return await (await RecoverySealer.create(passphrase)).seal(credential)
  }

  async recover (text: string, passphrase: string): Promise<Standing> {
    const { election } = this.#atHand()
    const { state } = await RecoverySealer.open(text, passphrase)
    if (state.electionId !== election.id) throw new ScrutinError('recovery.election')
    return await this.#alone(async (kept) => {
      // what this device holds already may be further
      const further = kept.proof !== undefined || kept.sealed !== undefined || (kept.credential !== undefined && isComplete(kept.credential))
      const now: Kept = further ? kept : { credential: state }
      if (!further) await this.#kept.write(election.id, now)
      return standingOf(now, election.definition.registrars.length)
    })
  }

  async forget (): Promise<void> {
    const { election } = this.#atHand()
    this.#filled = undefined
    await this.#alone(async () => { await this.#kept.remove(election.id) })
  }

  #atHand (): Met {
    if (this.#met === undefined) throw new Error('no election has been read')
    return this.#met
  }

  #takeFilled (): FilledBallot {
    const filled = this.#filled
    if (filled === undefined) throw new Error('no ballot is filled in')
    this.#filled = undefined
    return filled
  }

  /** One tab at a time goes on with an election: a second key, or a second ballot, would be in vain. */
  async #alone<T> (work: (kept: Kept) => Promise<T>): Promise<T> {
    const { id } = this.#atHand().election
    return await navigator.locks.request(`scrutin ${id}`, async () => await work(await this.#kept.read(id)))
  }
}

function standingOf ({ credential, sealed, proof }: Kept, registrars: number): Standing {
  if (proof !== undefined) return { step: 'voted', ...proof }
  if (sealed !== undefined) return { step: 'sealed', tracker: sealed.tracker }
  if (credential !== undefined && isComplete(credential)) return { step: 'ballot' }
  return { step: 'identity', signed: credential?.requests.map(({ signature }) => signature !== undefined) ?? Array.from({ length: registrars }, () => false) }
}

/** As this voter is asked: where options are drawn, the credential says which. */
function askedOf (election: VerifiedElection, kept: Kept): Question[] {
  return kept.credential !== undefined && isComplete(kept.credential) ? askedQuestions(election, credentialOf(kept)) : election.definition.questions
}

function credentialOf ({ credential }: Kept): Credential {
  if (credential === undefined || !isComplete(credential)) throw new Error('there is no credential yet')
  return { keys: credential.keys, classIndex: credential.classIndex, signatures: signaturesOf(credential) }
}

function signaturesOf ({ requests }: CredentialState): Uint8Array[] {
  return requests.flatMap(({ signature }) => signature ?? [])
}

/** Of the first gateway that answers. */
async function readStatus ({ gateways, election }: Met): Promise<ElectionView['status']> {
  let last: unknown
  for (const gateway of gateways) {
    try {
      return await gateway.readStatus(election.id)
    } catch (error) {
      last = error
    }
  }
  throw last
}

/** Uniform to a millisecond, of the secure random source: what it hides is who voted. */
function drawSeconds ({ least, most }: PauseSeconds): number {
  const [random] = crypto.getRandomValues(new Uint32Array(1))
  return Math.round(1000 * (least + (most - least) * random! / 2 ** 32)) / 1000
}
