/** What a gateway could say to read ballots or to link them, and that a voter's device does not believe it. */
import t from 'tap'
import { toBase64url } from '../../protocol/src/bytes.ts'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { ceremonyTags, ceremonyTranscript, type CeremonyMessage } from '../../protocol/src/ceremony.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { complaintAbout, dealingBadly, sampleElection, sampleRegistrarMessage } from '../../protocol/test/support/sample-election.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { GatewayClient } from '../src/gateway-client.ts'
import { readVerifiedElection } from '../src/verified-election.ts'

type Records = Map<string, unknown>

/** The front of a bundle as an honest gateway gives it. */
function recordsOf (election: ReturnType<typeof sampleElection>, complaints: readonly CeremonyMessage[] = []): Records {
  const { id, idBytes, definition, commits, deals, ceremony, trustees, registrars, qualified } = election
  const sign = (message: CeremonyMessage): unknown => signMessage(ceremonyTags[message.round], idBytes, trustees[message.trustee]!.keys, message)
  const transcript = ceremonyTranscript(ceremony, commits, deals, qualified)
  const records: Records = new Map()
  records.set(recordKeys.definition(id), definition)
  records.set(recordKeys.state(id), { status: 'open' })
  const messages: CeremonyMessage[] = [...commits, ...complaints, ...qualified.map((trustee) => ({ round: 'confirm', trustee, transcript }) as const), ...deals]
  for (const message of messages) records.set(recordKeys.ceremony(id, message.round, message.trustee), sign(message))
  records.set(recordKeys.keys(id), {})
  registrars.forEach(({ keys }, registrar) => {
    records.set(recordKeys.registrar(id, registrar), signMessage(tags.registrarMessage, idBytes, keys, sampleRegistrarMessage(election, registrar)))
  })
  records.set(recordKeys.opening(id), {})
  return records
}

class SayingGateway extends GatewayClient {
  readonly #records: Records
  readonly #electionId: string
  linesRead = 0

  constructor (electionId: string, records: Records) {
    super('http://gateway.test')
    this.#electionId = electionId
    this.#records = records
  }

  override async * bundleLines (): AsyncGenerator<string> {
    yield JSON.stringify({ format: 'scrutin-bundle/1', electionId: this.#electionId })
    for (const [key, value] of this.#records) {
      this.linesRead++
      yield JSON.stringify({ key, value: toBase64url(canonicalBytes(value)) })
    }
    yield JSON.stringify({ end: true, records: this.#records.size })
  }
}

const honest = sampleElection({ voters: 2 })
const { id } = honest

t.test('believes what all trustees and registrars signed', async (t) => {
  const { rules } = await readVerifiedElection(new SayingGateway(id, recordsOf(honest)), id)
  t.same(rules, honest.rules)
})

t.test('believes the qualified trustees when a dealer was disqualified, and only with the complaint', async (t) => {
  const cheated = dealingBadly(honest, 2, 0)
  const complaint = complaintAbout(cheated, 0, 2)
  const { rules } = await readVerifiedElection(new SayingGateway(id, recordsOf(cheated, [complaint])), id)
  t.same(rules, cheated.rules)
  t.notSame(rules.electionKeys, honest.rules.electionKeys)
  await t.rejects(readVerifiedElection(new SayingGateway(id, recordsOf(cheated)), id), { code: 'service.answer', message: /a message of trustee 3 is missing/ })
  const alone = complaintAbout(dealingBadly(cheated, 1, 0), 0, 1, 2)
  await t.rejects(readVerifiedElection(new SayingGateway(id, recordsOf({ ...cheated, qualified: [0] }, [alone])), id), { code: 'service.answer', message: /too few trustees/ })
})

t.test('knows the keys before the opening, and says that it is not open', async (t) => {
  const records = recordsOf(honest)
  t.equal((await readVerifiedElection(new SayingGateway(id, records), id)).isOpened, true)
  records.delete(recordKeys.opening(id))
  const { rules, isOpened } = await readVerifiedElection(new SayingGateway(id, records), id)
  t.same(rules, honest.rules)
  t.equal(isOpened, false)
})

t.test('reads no further than the opening', async (t) => {
  const records = recordsOf(honest)
  for (let i = 0; i < 100; i++) records.set(recordKeys.issuance(id, 0, i.toString(16).padStart(64, '0')), {})
  const gateway = new SayingGateway(id, records)
  await readVerifiedElection(gateway, id)
  t.ok(gateway.linesRead < 20)
})

t.test('refuses', async (t) => {
  const refused = async (name: string, change: (records: Records) => void, code: string, electionId = id): Promise<void> => {
    const records = recordsOf(honest)
    change(records)
    await t.rejects(readVerifiedElection(new SayingGateway(id, records), electionId), { code }, name)
  }
  const other = sampleElection({ voters: 2 })
  const ceremonyKey = (round: CeremonyMessage['round'], trustee: number): string => recordKeys.ceremony(id, round, trustee)

  await refused('another election', () => {}, 'service.answer', other.id)
  await refused('a changed word of the definition', (records) => {
    records.set(recordKeys.definition(id), { ...honest.definition, title: { fr: 'X', en: 'X', es: 'X' } })
  }, 'service.answer')
  await refused('election keys of its own, in one trustee\'s name', (records) => {
    const { message, signature } = records.get(ceremonyKey('deal', 1)) as { message: { commitments: string[][] }, signature: string }
    const mine = generateKeyPair().publicKey.toHex()
    records.set(ceremonyKey('deal', 1), { message: { ...message, commitments: message.commitments.map(([, ...rest]) => [mine, ...rest]) }, signature })
  }, 'service.answer')
  await refused('a whole ceremony of its own', (records) => {
    const transcript = ceremonyTranscript(other.ceremony, other.commits, other.deals, other.qualified)
    for (const [trustee, { keys }] of other.trustees.entries()) {
      for (const message of [other.commits[trustee]!, other.deals[trustee]!, { round: 'confirm', trustee, transcript } as const]) {
        records.set(ceremonyKey(message.round, trustee), signMessage(ceremonyTags[message.round], honest.idBytes, keys, message))
      }
    }
  }, 'access.signature')
  await refused('a trustee left out', (records) => { records.delete(ceremonyKey('confirm', 2)) }, 'service.answer')
  await refused('an RSA key of its own, which could tell people apart', (records) => {
    const message = { ...sampleRegistrarMessage(honest, 0), moduli: [other.registrars[1]!.modulus] }
    records.set(recordKeys.registrar(id, 0), signMessage(tags.registrarMessage, honest.idBytes, generateKeyPair(), message))
  }, 'access.signature')
  await refused('a registrar left out', (records) => { records.delete(recordKeys.registrar(id, 1)) }, 'service.answer')
  await refused('an election whose registrars are not all prepared', (records) => {
    records.delete(recordKeys.opening(id))
    records.delete(recordKeys.registrar(id, 1))
  }, 'election.not-ready')
  await refused('an election whose key ceremony has not ended', (records) => {
    for (const key of [...records.keys()]) if (/opening|ceremony/.test(key)) records.delete(key)
  }, 'election.not-ready')
  await refused('records out of order', (records) => {
    const [opening] = [records.get(recordKeys.opening(id))]
    records.delete(recordKeys.opening(id))
    const rest = [...records]
    records.clear()
    records.set(recordKeys.opening(id), opening)
    for (const [key, value] of rest) records.set(key, value)
  }, 'service.answer')
})
