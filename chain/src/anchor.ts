/**
 * The anchor: what an auditor knows beforehand, from several members rather than
 * from whoever hands over the blocks. Canonical JSON (RFC 8785), at most 4 KiB,
 * with exactly the properties below; `latest` may be missing. One final line
 * feed is allowed, as editors add it.
 */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { parseCanonical } from '../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'

export const anchorFormat = 'scrutin-anchor/1'
const maxLength = 4096

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })

export const Anchor = Type.Object({
  format: Type.Literal(anchorFormat),
  /** Name of the channel. */
  channel: Type.String({ pattern: '^[a-z][a-z0-9.-]{0,248}$' }),
  /** Hash of the genesis block's header, hex (SPEC.md 11.1). */
  genesis: Hash,
  /** Null when the anchor is that of a consortium and of no one election. */
  electionId: Type.Union([Hash, Type.Null()]),
  /** A later block that several members showed: a chain that ends before it, or holds another at its place, is refused. */
  latest: Type.Optional(Type.Object({
    number: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    /** Hash of that block's header, hex. */
    hash: Hash,
  }, { additionalProperties: false })),
}, { additionalProperties: false })
export type Anchor = Static<typeof Anchor>

/** Throws `input.too-large`, `input.malformed` or `input.not-canonical`. */
export function parseAnchor (bytes: Uint8Array): Anchor {
  if (bytes.length > maxLength) throw new ScrutinError('input.too-large', `an anchor has at most ${maxLength} bytes`)
  const value = parseCanonical(bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes)
  if (!Value.Check(Anchor, value)) throw new ScrutinError('input.malformed', 'this is not an anchor of the form scrutin-anchor/1')
  return value
}
