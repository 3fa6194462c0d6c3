/** Whom a gateway asks for statements when members fill the directory with addresses: with gateways that are made up. */
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { pointToHex } from '../../protocol/src/group.ts'
import { type Inclusion, signInclusions } from '../../protocol/src/receipt.ts'
import type { SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { type OtherGateway, OtherGateways } from '../src/casting/other-gateways.ts'
import type { StatedList } from '../src/answers.ts'

const members = ['MemberA', 'MemberB', 'MemberC', 'MemberD']
const inclusion: Inclusion = { electionId: '11'.repeat(32), tracker: '22'.repeat(32), transactionId: '33'.repeat(32), blockNumber: '7' }

/** A gateway that states the one ballot, as long as `works` says so. */
async function madeUp (t: Test, mspId: string, keys: KeyPair, works: () => boolean): Promise<SignedDirectoryEntry> {
  const server = Fastify()
  server.post('/v1/elections/:id/statements', async (): Promise<StatedList> => {
    if (!works()) throw new Error('down')
    const { transactionId, blockNumber } = inclusion
    return { inclusions: [{ transactionId, blockNumber }], signed: signInclusions([inclusion], mspId, keys) }
  })
  t.teardown(async () => { await server.close() })
  return entryOf(mspId, keys, await server.listen({ host: '127.0.0.1', port: 0 }))
}

function entryOf (mspId: string, keys: KeyPair, url: string): SignedDirectoryEntry {
  return { message: { kind: 'gateway', mspId, key: pointToHex(keys.publicKey), sequence: 1, url }, signature: '0'.repeat(128) }
}

t.test('a member with many addresses is asked at one in a round, and after those that have proven themselves', async (t) => {
  let isUp = true
  const [honest, quiet] = [generateKeyPair(), generateKeyPair()]
  // entered before all others: nothing listens there
  const entries = Array.from({ length: 8 }, () => entryOf('MemberB', generateKeyPair(), 'http://127.0.0.1:9'))
  entries.push(await madeUp(t, 'MemberB', honest, () => isUp), await madeUp(t, 'MemberC', quiet, () => true))
  const others = new OtherGateways({
    mspId: 'MemberA', evaluate: async () => Buffer.from(JSON.stringify({ entries, cursor: null })),
  } as Partial<Ledger> as Ledger)
  const askAll = async (): Promise<OtherGateway[]> => {
    const round = await others.of(members)
    for (const gateway of round) await others.ask(gateway, inclusion.electionId, [inclusion.tracker], inclusion.blockNumber, AbortSignal.timeout(2000)).catch(() => undefined)
    return round
  }
  for (let round = 0; round < 12; round++) t.strictSame((await askAll()).map(({ mspId }) => mspId).sort(), ['MemberB', 'MemberC'])
  const keyOfB = (round: readonly OtherGateway[]): string | undefined => round.find(({ mspId }) => mspId === 'MemberB')?.key
  t.equal(keyOfB(await askAll()), pointToHex(honest.publicKey), 'the one that works is found, and kept to')

  isUp = false
  t.equal(keyOfB(await askAll()), pointToHex(honest.publicKey))
  const round = await others.of(members)
  t.equal(round[0]?.mspId, 'MemberC', 'who failed comes after who did not')
  t.equal(keyOfB(round), pointToHex(honest.publicKey), 'one failure does not undo what it has proven')
  entries.push(...Array.from({ length: 3 }, () => entryOf('MemberD', generateKeyPair(), 'http://127.0.0.1:9')))
  t.equal((await others.of(members)).length, 2, 'the directory is read only now and then')
})
