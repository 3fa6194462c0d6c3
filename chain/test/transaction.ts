/** One spelling a message, but for the two that Fabric's Node client is known to write. */
import { common } from '@hyperledger/fabric-protos'
import t from 'tap'
import { refuses } from '../../protocol/test/support/refuses.ts'
import { parseEnvelope } from '../src/transaction.ts'
import { testMember } from './support/test-identities.ts'
import { writeTransaction } from './support/test-chain.ts'

const { clients } = await testMember('MemberA')
const wholeSecond = 1_800_000_000_000
const envelope = writeTransaction({ creator: clients['gateway']!, timestampMs: wholeSecond, chaincode: 'scrutin', sets: [], endorsers: [] })

/** The envelope with its channel header spelled otherwise. */
function respelled (change: (header: Buffer) => Uint8Array): Uint8Array {
  const outer = common.Envelope.deserializeBinary(envelope)
  const payload = common.Payload.deserializeBinary(outer.getPayload_asU8())
  const header = payload.getHeader()!
  header.setChannelHeader(Uint8Array.from(change(Buffer.from(header.getChannelHeader_asU8()))))
  payload.setHeader(header)
  outer.setPayload(payload.serializeBinary())
  return outer.serializeBinary()
}

/** The field of the time: seconds, and no nanoseconds. */
const time = Buffer.from([0x1a, 6, 0x08, 0x80, 0xa4, 0xa7, 0xda, 0x06])
const replaceTime = (by: readonly number[]) => (header: Buffer): Uint8Array => {
  const at = header.indexOf(time)
  if (at < 0) throw new Error('the time is not where it was')
  return Buffer.concat([header.subarray(0, at), Uint8Array.from(by), header.subarray(at + time.length)])
}

t.test('nanoseconds may be spelled out when there are none', async (t) => {
  t.equal(parseEnvelope(envelope).timestampMs, wholeSecond)
  t.equal(parseEnvelope(respelled(replaceTime([0x1a, 8, ...time.subarray(2), 0x10, 0]))).timestampMs, wholeSecond)
})

t.test('no other spelling is taken', async (t) => {
  for (const other of [
    [0x1a, 8, 0x10, 0, ...time.subarray(2)], // the other order
    [...time, ...time], // twice: readers disagree which counts
    [...time, 0x30, 0], // a default spelled out
    [...time, 0x7a, 0], // an unknown field
    [0x1a, 10, ...time.subarray(2), 0x10, 0, 0x10, 0],
  ]) refuses(t, 'input.not-canonical', () => parseEnvelope(respelled(replaceTime(other))))
  refuses(t, 'input.malformed', () => parseEnvelope(respelled(replaceTime([0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f]))))
})
