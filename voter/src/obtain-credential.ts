/**
 * From one code per registrar to a credential: every registrar says the same
 * place on the roll, each signs blindly, and each signature is checked.
 */
import { fromHex, toHex } from '../../protocol/src/bytes.ts'
import { assertCredential, credentialMessage } from '../../protocol/src/credential.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { assertOnRoll, rollCommitment, type RollIdentity, saltLength } from '../../protocol/src/roll.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'
import { blindMessage, type BlindedMessage } from './blind-signature.ts'
import { pause } from './pause.ts'
import type { Identified, RegistrarClient } from './registrar-client.ts'
import type { VerifiedElection } from './verified-election.ts'

export interface Credential {
  readonly keys: KeyPair
  readonly classIndex: number
  /** 256 bytes each, in the order of the definition's registrars. */
  readonly signatures: readonly Uint8Array[]
}

export interface ObtainOptions {
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
 * `registrars` and `codes` in the definition's order.
 *
 * @throws ScrutinError `access.unauthenticated` for a wrong code, `issuance.exists` when a credential was issued already,
 * `issuance.leaf` when a registrar names a place that is not this person's
 */
export async function obtainCredential (
  election: VerifiedElection, registrars: readonly RegistrarClient[], codes: readonly string[], options: ObtainOptions = {}
): Promise<Credential> {
  const needed = election.definition.registrars.length
  if (codes.length !== needed || registrars.length !== needed) throw new ScrutinError('input.malformed', `${needed} codes are needed, one of each registrar in order`)
  const { signal } = options
  const identified = await Promise.all(registrars.map(async (registrar, i) => await atRegistrar(i, async () => await registrar.identify(election.id, codes[i]!, signal))))
  const classIndex = checkPlace(election, identified, options.identity)
  const keys = generateKeyPair()
  const message = credentialMessage(election.rules.electionId, classIndex, keys.publicKey.toBytes())
  const moduli = election.rules.moduli[classIndex]!
  // nobody is asked before all is ready to be asked: an issuance can't be taken back
  const blinded = await Promise.all(moduli.map(async (modulus) => await blindMessage(modulus, message)))
  const signatures = await Promise.all(registrars.map(async (registrar, i) =>
    await atRegistrar(i, async () => await askUntilSigned(election, registrar, codes[i]!, blinded[i]!, options))))
  assertCredential(moduli, message, signatures)
  return { keys, classIndex, signatures }
}

/** All registrars name one leaf, and it stands on the definition's roll; returns its class. */
function checkPlace ({ definition }: VerifiedElection, identified: readonly Identified[], identity: RollIdentity | undefined): number {
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
  return classIndex
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
