import fabricProtos from 'fabric-protos'
import t from 'tap'
import { parseEnvelope } from '../src/transaction.ts'

// what fabric-network encodes with
const { common } = fabricProtos
const seconds = 1_795_000_000

function envelope (timestamp: object, tail = new Uint8Array()): Uint8Array {
  const header = common.ChannelHeader.encode({ type: 3, version: 1, channel_id: 'scrutin', tx_id: 'ab', timestamp } as never).finish()
  const payload = common.Payload.encode({ header: { channel_header: Buffer.concat([header, tail]), signature_header: common.SignatureHeader.encode({ creator: Buffer.of(3), nonce: Buffer.of(4) } as never).finish() }, data: Buffer.of(1) } as never).finish()
  return Uint8Array.from(common.Envelope.encode({ payload, signature: Buffer.of(2) } as never).finish())
}

t.test('takes the times that Fabric\'s Node client writes, with full seconds too', async (t) => {
  t.equal(parseEnvelope(envelope({ seconds, nanos: 7_000_000 })).timestampMs, seconds * 1000 + 7)
  t.equal(parseEnvelope(envelope({ seconds, nanos: 0 })).timestampMs, seconds * 1000)
  t.equal(parseEnvelope(envelope({ seconds })).timestampMs, seconds * 1000)
  t.not(envelope({ seconds, nanos: 0 }).length, envelope({ seconds }).length, 'the client does spell the 0 out')
})

t.test('takes no third spelling', async (t) => {
  const epoch = Uint8Array.of(0x30, 0)
  for (const timestamp of [{ seconds, nanos: 7_000_000 }, { seconds, nanos: 0 }]) {
    t.throws(() => parseEnvelope(envelope(timestamp, epoch)), { code: 'input.not-canonical' })
  }
  t.throws(() => parseEnvelope(envelope({ seconds: 0, nanos: 0 })), { code: 'input.not-canonical' }, 'seconds spelled out')
})
