/** `booth.json`, which whoever hosts the booth puts beside it: which gateways are asked, and how long casting waits. */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Hash } from '../../../protocol/src/definition-schema.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'

const closed = { additionalProperties: false } as const
const Seconds = Type.Number({ minimum: 0, maximum: 600 })

export const BoothSettings = Type.Object({
  /** Asked about the election and about whose keys are whose; of several members, so that none is believed alone. */
  gateways: Type.Array(Type.String({ pattern: '^https?://[^\\s?#]+$', maxLength: 300 }), { minItems: 1, maxItems: 16, uniqueItems: true }),
  /** Shown to who comes without an address of an election. */
  election: Type.Optional(Hash),
  /** Before a ballot is sent, so that the moment does not tell whose it is: drawn between these. */
  pauseSeconds: Type.Object({ least: Seconds, most: Seconds }, closed),
}, closed)
export type BoothSettings = Static<typeof BoothSettings>

/** @throws ScrutinError `service.unreachable`, `service.answer` */
export async function readSettings (baseUrl: string): Promise<BoothSettings> {
  let value: unknown
  try {
    const response = await fetch(new URL('booth.json', baseUrl), { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-cache' })
    if (!response.ok) throw new Error(`status ${response.status}`)
    value = await response.json()
  } catch (cause) {
    throw new ScrutinError('service.unreachable', 'booth.json', { cause })
  }
  if (!Value.Check(BoothSettings, value) || value.pauseSeconds.most < value.pauseSeconds.least) throw new ScrutinError('service.answer', 'booth.json')
  return value
}
