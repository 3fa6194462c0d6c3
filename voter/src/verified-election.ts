/**
 * The election as a voter's device may believe it, whatever the gateway says:
 * the definition is the one the id names, the election keys are those that
 * every qualified trustee of the definition signed, and at least t of them, the registrars' RSA keys are signed
 * by the registrars. A gateway that put a key of its own in their place could
 * read the ballots sent to it.
 *
 * The trustees' proofs are not checked again: each of them did before it
 * confirmed. `auditor verify` checks them all.
 */
import { OpenCheck } from '../../protocol/src/verification-report.ts'
import { BundleReader } from '../../protocol/src/bundle-reader.ts'
import { ceremonyTags, ceremonyTranscript, type CeremonyMessage, type CeremonyRound, electionKeys, parseCeremonyMessage, qualifiedTrustees } from '../../protocol/src/ceremony.ts'
import { parseCanonical } from '../../protocol/src/canonical-json.ts'
import { type BallotRules, ballotRules } from '../../protocol/src/check-ballots.ts'
import { type Definition, electionId as idOf, parseDefinition, slotRules } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { checkRegistrarMessage, parseRegistrarMessage, parseSigned } from '../../protocol/src/messages.ts'
import { ceremonyContext } from '../../protocol/src/opening.ts'
import { assertSigned } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { GatewayClient } from './gateway-client.ts'

/** An election whose keys are known: registrars issue credentials for it. */
export interface VerifiedElection {
  readonly id: string
  readonly definition: Definition
  /** Whether it has been opened; a credential can be obtained before, a ballot cast after. */
  readonly isOpened: boolean
  /** All that a ballot is made from and checked against. */
  readonly rules: BallotRules
}

/**
 * Reads the front of the bundle, up to the opening.
 *
 * @throws ScrutinError `election.not-ready` before trustees and registrars have all posted their keys; `service.answer`, `access.signature` and others when the gateway lies
 */
export async function readVerifiedElection (gateway: GatewayClient, electionId: string, signal?: AbortSignal): Promise<VerifiedElection> {
  return await verifyFront(gateway.bundleLines(electionId, signal), electionId)
}

/** The same from the lines of a bundle, of a file for example. */
export async function verifyFront (lines: AsyncGenerator<string>, electionId: string): Promise<VerifiedElection> {
  try {
    return await readFront(lines, electionId)
  } finally {
    await lines.return(undefined)
  }
}

async function readFront (lines: AsyncIterable<string>, electionId: string): Promise<VerifiedElection> {
  const form = new OpenCheck('bundle.format')
  const reader = new BundleReader(lines, form)
  if (await reader.open() !== electionId) throw new ScrutinError('service.answer', 'the bundle is of another election')
  const definition = await readBundledDefinition(reader, electionId)
  const ceremony = await readSection(reader, 'ceremony', (value) => parseCeremony(definition, value))
  const registrars = await readSection(reader, 'registrar', (value) => parseRegistrar(definition, value))
  let isOpened = false
  for await (const { key } of reader.section('opening')) isOpened = key !== ''
  if (!form.ok) throw new ScrutinError('service.answer', form.close().detail)
  // a gateway that leaves something out gets no further by it than a slow trustee does
  if (!isOpened && (ceremony.length === 0 || registrars.length < definition.registrars.length)) {
    throw new ScrutinError('election.not-ready', ceremony.length === 0 ? 'the key ceremony has not ended' : 'not every registrar is prepared')
  }
  const keys = confirmedKeys(definition, ceremony)
  const moduli = definition.registrars.map((_, i) => {
    const message = registrars.find(({ registrar }) => registrar === i)
    if (message === undefined) throw new ScrutinError('service.answer', `the keys of registrar ${i + 1} are missing`)
    return message.moduli
  })
  return { id: electionId, definition, isOpened, rules: ballotRules(electionId, slotRules(definition), keys, moduli) }
}

async function readBundledDefinition (reader: BundleReader, electionId: string): Promise<Definition> {
  const [definition] = await readSection(reader, 'definition', parseDefinition)
  if (definition === undefined || idOf(definition) !== electionId) throw new ScrutinError('service.answer', 'the definition is not the one the id names')
  return definition
}

async function readSection<T> (reader: BundleReader, section: Parameters<BundleReader['section']>[0], parse: (value: Uint8Array) => T): Promise<T[]> {
  const found: T[] = []
  for await (const { value } of reader.section(section)) found.push(parse(value))
  return found
}

function parseCeremony (definition: Definition, value: Uint8Array): CeremonyMessage {
  const signed = parseSigned(parseCanonical(value))
  const message = parseCeremonyMessage(signed.message)
  const trustee = definition.trustees[message.trustee]
  if (trustee === undefined) throw new ScrutinError('trustee.unknown')
  // what is committed and dealt is covered by the transcript that all confirm
  if (message.round === 'confirm') assertSigned(ceremonyTags.confirm, ceremonyContext(definition).electionId, trustee.key, signed)
  return message
}

function parseRegistrar (definition: Definition, value: Uint8Array): { registrar: number, moduli: readonly string[] } {
  const signed = parseSigned(parseCanonical(value))
  const message = parseRegistrarMessage(signed.message)
  const registrar = definition.registrars[message.registrar]
  if (registrar === undefined) throw new ScrutinError('registrar.unknown')
  const { electionId } = ceremonyContext(definition)
  assertSigned(tags.registrarMessage, electionId, registrar.key, signed)
  checkRegistrarMessage(electionId, definition, message)
  return message
}

/**
 * The keys of the ceremony that every qualified trustee confirmed. Who is qualified follows from the complaints; they
 * are not judged again: at least t trustees signed who is, and t - 1 at most may be dishonest.
 */
function confirmedKeys (definition: Definition, ceremony: readonly CeremonyMessage[]): string[] {
  const context = ceremonyContext(definition)
  const round = <R extends CeremonyRound>(name: R, trustees: readonly number[]): Extract<CeremonyMessage, { round: R }>[] => trustees.map((trustee) => {
    const found = ceremony.find((message) => message.round === name && message.trustee === trustee)
    if (found === undefined) throw new ScrutinError('service.answer', `a message of trustee ${trustee + 1} is missing from the key ceremony`)
    return found as Extract<CeremonyMessage, { round: R }>
  })
  const all = [...definition.trustees.keys()]
  const qualified = qualifiedTrustees(context, ceremony.filter((message) => message.round === 'complaint'))
  if (qualified.length < definition.threshold) throw new ScrutinError('service.answer', 'too few trustees are qualified')
  const deals = round('deal', all)
  const transcript = ceremonyTranscript(context, round('commit', all), deals, qualified)
  for (const confirm of round('confirm', qualified)) {
    if (confirm.transcript !== transcript) throw new ScrutinError('service.answer', `trustee ${confirm.trustee + 1} confirmed another key ceremony`)
  }
  if (deals.some(({ commitments }) => commitments.length !== context.keyCount)) throw new ScrutinError('service.answer', 'the key ceremony does not fit the definition')
  return electionKeys(qualified.map((trustee) => deals[trustee]!)).map(pointToHex)
}
