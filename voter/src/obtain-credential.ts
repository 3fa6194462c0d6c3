/**
 * From one code per registrar to a credential: every registrar says the same
 * place on the roll, each signs blindly, and each signature is checked.
 */
import { fromHex, toHex } from '../../protocol/src/bytes.ts'
import { assertCredential, credentialMessage } from '../../protocol/src/credential.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { assertOnRoll, rollCommitment, type RollIdentity, saltLength } from '../../protocol/src/roll.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'
import { blindMessage, type BlindedMessage, resumeBlinded } from './blind-signature.ts'
import { pause } from './pause.ts'
import type { Identified, RegistrarClient } from './registrar-client.ts'
import type { VerifiedElection } from './verified-election.ts'

export interface Credential {
  readonly keys: KeyPair
  readonly classIndex: number
  /** 256 bytes each, in the order of the definition's registrars. */
  readonly signatures: readonly Uint8Array[]
}

/** All that is needed to go on elsewhere with the same key: no registrar signs another one for the same person. */
export interface CredentialState {
  readonly electionId: string
  readonly keys: KeyPair
  readonly classIndex: number
  /** Commitment of the person's leaf on the roll, hex. */
  readonly leaf: string
  /** In the order of the definition's registrars. */
  readonly requests: readonly CredentialRequest[]
}

export interface CredentialRequest {
  /** 256 bytes each. */
  readonly blindedMessage: Uint8Array
  readonly inverse: Uint8Array
  /** Without its blinding; undefined while the registrar has not answered. */
  readonly signature: Uint8Array | undefined
}

/** Whether every registrar has signed: then no code is needed any more. */
export function isComplete ({ requests }: CredentialState): boolean {
  return requests.every(({ signature }) => signature !== undefined)
}

export interface ObtainOptions {
  /** What an earlier attempt has kept: goes on with its key. */
  readonly resume?: CredentialState
  /** Keeps the state: before the first registrar is asked, and after each answer. What it throws ends the attempt. */
  readonly keep?: (state: CredentialState) => Promise<void>
  /** What the person knows to stand on the roll about them; then the salt is checked against it. */
  readonly identity?: RollIdentity
  /** Called when the registrars wait for others to come, so that the moment of an issuance points at nobody. */
  readonly onWaiting?: (retryAfterSeconds: number) => void
  readonly signal?: AbortSignal
}

/** Asked of a registrar, which may answer later all the same. */
const waitSeconds = 10
const mostRetrySeconds = 30
/** Of the network or the ledger, one after the other. */
const mostFailures = 4

/**
 * `registrars` and `codes` in the definition's order; codes only of registrars that have not signed yet are used.
 *
 * @throws ScrutinError `access.unauthenticated` for a wrong code, `issuance.exists` when a credential was issued already,
 * `issuance.leaf` when a registrar names a place that is not this person's, `recovery.election` to go on in another election
 */
export async function obtainCredential (
  election: VerifiedElection, registrars: readonly RegistrarClient[], codes: readonly string[], options: ObtainOptions = {}
): Promise<Credential> {
  const { resume } = options
  if (resume !== undefined && resume.electionId !== election.id) throw new ScrutinError('recovery.election')
  let state = resume !== undefined && isComplete(resume) ? resume : await prepareRequests(election, registrars, codes, options)
  const message = credentialMessage(election.rules.electionId, state.classIndex, state.keys.publicKey.toBytes())
  const moduli = election.rules.moduli[state.classIndex] ?? []
  if (state.requests.length !== moduli.length) throw new ScrutinError('recovery.malformed', 'it does not fit the election')
  // nobody is asked before all is ready to be asked, and kept: an issuance can't be taken back
  if (!isComplete(state)) await options.keep?.(state)
  let keeping: Promise<void> | undefined
  const keepSignature = async (registrar: number, signature: Uint8Array): Promise<void> => {
    state = { ...state, requests: state.requests.map((request, i) => i === registrar ? { ...request, signature } : request) }
    // one after the other: the last state must be the last to be written
    keeping = (keeping ?? Promise.resolve()).then(async () => { await options.keep?.(state) })
    await keeping
  }
  await Promise.all(state.requests.map(async (request, i) => await atRegistrar(i, async () => {
    if (request.signature !== undefined) return
    const blinded = resumeBlinded(moduli[i]!, message, request)
    await keepSignature(i, await askUntilSigned(election, registrars[i]!, codes[i]!, blinded, options))
  })))
  const signatures = state.requests.map(({ signature }) => signature!)
  assertCredential(moduli, message, signatures)
  return { keys: state.keys, classIndex: state.classIndex, signatures }
}

/** Finds the person on the roll by the codes and blinds a fresh key for each registrar, or goes on with what was kept. */
async function prepareRequests (
  election: VerifiedElection, registrars: readonly RegistrarClient[], codes: readonly string[], { resume, identity, signal }: ObtainOptions
): Promise<CredentialState> {
  const needed = election.definition.registrars.length
  if (codes.length !== needed || registrars.length !== needed) throw new ScrutinError('input.malformed', `${needed} codes are needed, one of each registrar in order`)
  const isOpen = (i: number): boolean => resume?.requests[i]?.signature === undefined
  const identified = (await Promise.all(registrars.map(async (registrar, i) =>
    isOpen(i) ? [await atRegistrar(i, async () => await registrar.identify(election.id, codes[i]!, signal))] : []))).flat()
  const { classIndex, leaf } = checkPlace(election, identified, identity)
  if (resume !== undefined) {
    if (resume.leaf !== leaf || resume.classIndex !== classIndex) throw new ScrutinError('issuance.leaf', 'the codes are not those of the person whose credential was begun')
    return resume
  }
  const keys = generateKeyPair()
  const message = credentialMessage(election.rules.electionId, classIndex, keys.publicKey.toBytes())
  const requests = await Promise.all(election.rules.moduli[classIndex]!.map(async (modulus) => {
    const { blindedMessage, inverse } = await blindMessage(modulus, message)
    return { blindedMessage, inverse, signature: undefined }
  }))
  return { electionId: election.id, keys, classIndex, leaf, requests }
}

/** All registrars name one leaf, and it stands on the definition's roll. */
function checkPlace ({ definition }: VerifiedElection, identified: readonly Identified[], identity: RollIdentity | undefined): { classIndex: number, leaf: string } {
  const [{ place: { commitment, classIndex } }] = identified as [Identified]
  for (const [i, { place, salt, classIndex: said }] of identified.entries()) {
    if (place.commitment !== commitment || place.classIndex !== classIndex || said !== classIndex) {
      throw new ScrutinError('issuance.leaf', `the codes are not of one person: registrar ${i + 1} names another place on the roll`)
    }
    if (classIndex >= definition.classes.length) throw new ScrutinError('issuance.leaf', 'there is no such class')
    assertOnRoll(definition.roll, place)
    if (identity !== undefined && toHex(rollCommitment(fromHex(salt, saltLength), identity)) !== commitment) {
      throw new ScrutinError('issuance.leaf', `registrar ${i + 1} names a place on the roll that is another person's`)
    }
  }
  return { classIndex, leaf: commitment }
}

async function askUntilSigned (
  election: VerifiedElection, registrar: RegistrarClient, code: string, blinded: BlindedMessage, { signal, onWaiting }: ObtainOptions
): Promise<Uint8Array> {
  for (let failures = 0; ;) {
    try {
      const asked = await registrar.askSignature(election.id, code, blinded.blindedMessage, waitSeconds, signal)
      if (asked.status === 'signed') return await blinded.unblind(asked.blindSignature)
      onWaiting?.(asked.retryAfterSeconds)
      await pause(Math.min(asked.retryAfterSeconds, mostRetrySeconds) * 1000, signal)
    } catch (error) {
      // the same question again is answered the same: a lost connection loses nothing
      if (!isPassing(error) || ++failures > mostFailures) throw error
      await pause(500 * 2 ** failures, signal)
    }
  }
}

function isPassing (error: unknown): boolean {
  return error instanceof ScrutinError && (error.code === 'service.unreachable' || error.code === 'ledger.unavailable' || error.code === 'ledger.timeout' || error.code === 'ledger.conflict')
}

/** Says which registrar it was. */
async function atRegistrar<T> (index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ScrutinError)) throw error
    throw new ScrutinError(error.code, `registrar ${index + 1}${error.detail === undefined ? '' : `, ${error.detail}`}`, { cause: error })
  }
}
