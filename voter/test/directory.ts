/** What a gateway can make a device believe of the directory, alone and against others: with gateways that are made up. */
import t from 'tap'
import { pointToHex } from '../../protocol/src/group.ts'
import type { DirectoryEntry, SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { readDirectory } from '../src/directory.ts'
import { GatewayClient } from '../src/gateway-client.ts'

class MadeUpGateway extends GatewayClient {
  readonly #entries: readonly SignedDirectoryEntry[] | Error
  constructor (entries: readonly SignedDirectoryEntry[] | Error) {
    super('http://gateway.test')
    this.#entries = entries
  }

  override async readDirectory (): Promise<SignedDirectoryEntry[]> {
    if (this.#entries instanceof Error) throw this.#entries
    return [...this.#entries]
  }
}

const [a, b, forged] = [generateKeyPair(), generateKeyPair(), generateKeyPair()]
const entry = (mspId: string, keys: KeyPair, changes: Partial<DirectoryEntry> = {}): SignedDirectoryEntry =>
  signMessage(tags.directoryEntry, new Uint8Array(0), keys, { kind: 'gateway', mspId, key: pointToHex(keys.publicKey), sequence: 1, url: 'https://a.test', ...changes })
const truth = [entry('MemberA', a), entry('MemberB', b)]
const lie = [entry('MemberA', a), entry('MemberB', forged)]

const read = async (...views: readonly (readonly SignedDirectoryEntry[] | Error)[]) => await readDirectory(views.map((view) => new MadeUpGateway(view)), 2)

t.test('keys of a gateway\'s own making as another member\'s are seen by whoever asks two', async (t) => {
  await t.rejects(read(lie, truth), { code: 'directory.differs', detail: 'the gateway of MemberB' })
  await t.rejects(read(truth, lie), { code: 'directory.differs' })
  const added = await read([...truth, entry('MemberB', forged)], truth)
  t.equal(added.find('gateway', pointToHex(forged.publicKey)), undefined, 'a key that only one shows is nobody\'s')
  t.equal(added.find('gateway', pointToHex(b.publicKey))?.mspId, 'MemberB')
  t.equal((await read([entry('MemberB', a)], truth).catch((error: unknown) => error) as { code?: string }).code, 'directory.differs', 'nor does a key change its member')
})

t.test('one of three that lies, or is behind, changes nothing', async (t) => {
  for (const view of [lie, [], [entry('MemberA', a)]]) {
    const directory = await read(view, truth, truth)
    t.same(directory.of('gateway').map(({ mspId, key }) => [mspId, key]).sort(), [['MemberA', pointToHex(a.publicKey)], ['MemberB', pointToHex(b.publicKey)]])
  }
})

t.test('of one key the newest entry counts', async (t) => {
  const moved = entry('MemberA', a, { sequence: 2, url: 'https://new.test' })
  for (const views of [[[moved], truth], [truth, [moved]]]) t.equal((await read(...views)).find('gateway', pointToHex(a.publicKey))?.url, 'https://new.test')
})

t.test('an entry that its key did not sign is refused, and who does not answer is not counted', async (t) => {
  const wrong = { ...entry('MemberA', a), signature: entry('MemberA', b).signature }
  await t.rejects(read([wrong]), { code: 'access.signature' })
  const rest = await read([wrong], truth, new Error('down'))
  t.equal(rest.sources, 1)
  t.equal(rest.of('gateway').length, 2)
  t.equal((await read(truth, truth)).sources, 2)
  await t.rejects(read(new Error('down'), new Error('down')), { message: 'down' })
})
