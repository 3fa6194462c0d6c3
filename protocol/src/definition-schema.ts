/** The shape of an election's definition. Rules that a schema can't say stand in definition.ts. */
import Type, { type Static } from 'typebox'
import { Question } from './kinds/kinds.ts'
import { closed, Hash, Locale, Localized, LocalizedHash, Name } from './question-schema.ts'

export { Question } from './kinds/kinds.ts'
export { Hash, Locale, Localized, LocalizedHash, Name, Option } from './question-schema.ts'

/** A ristretto255 point, 32 bytes in lower-case hex. */
export const PublicKey = Type.String({ pattern: '^[0-9a-f]{64}$' })
export const MspId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$' })
/** RFC 3339 in UTC, whole seconds. */
export const Timestamp = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$' })

export const Registrar = Type.Object({
  key: PublicKey,
  mspId: MspId,
  /** How this registrar makes sure who a person is. */
  identifies: Type.Union([
    Type.Object({ way: Type.Literal('code') }, closed),
    Type.Object({ way: Type.Literal('oidc'), issuer: Type.String({ minLength: 1, maxLength: 500 }) }, closed),
  ]),
}, closed)

export const Trustee = Type.Object({ key: PublicKey, mspId: MspId }, closed)

export const VoterClass = Type.Object({
  id: Name,
  label: Localized,
  weight: Type.Integer({ minimum: 1, maximum: 1000 }),
  /** People of this class on the roll. */
  size: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
}, closed)

export const Definition = Type.Object({
  protocol: Type.Literal('scrutin/1'),
  organiser: Type.Object({ mspId: MspId, tenant: Name }, closed),
  /** The first is the one shown when a voter's own is not among them. */
  locales: Type.Array(Locale, { minItems: 1, maxItems: 30, uniqueItems: true }),
  title: Localized,
  context: Type.Union([Localized, Type.Null()]),
  image: Type.Union([LocalizedHash, Type.Null()]),
  questions: Type.Array(Question, { minItems: 1, maxItems: 50 }),
  opensAt: Timestamp,
  closesAt: Timestamp,
  /** Seconds after `closesAt` in which ballots that gateways took in time may still be ordered. */
  graceSeconds: Type.Integer({ minimum: 0, maximum: 3600 }),
  /** Whether the organiser may close before `closesAt`. */
  earlyClose: Type.Boolean(),
  /** MSP ids of the endorsing members. */
  members: Type.Array(MspId, { minItems: 1, maxItems: 100, uniqueItems: true }),
  registrars: Type.Array(Registrar, { minItems: 2, maxItems: 16 }),
  trustees: Type.Array(Trustee, { minItems: 1, maxItems: 64 }),
  /** How many trustees decrypt: more than half. */
  threshold: Type.Integer({ minimum: 1, maximum: 64 }),
  roll: Type.Object({ size: Type.Integer({ minimum: 1, maximum: 100_000_000 }), root: Hash }, closed),
  classes: Type.Array(VoterClass, { minItems: 1, maxItems: 16 }),
  /** With fewer people on the roll than this, a class is refused at announcement. */
  minClassSize: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  /** With fewer ballots than this, nothing is decrypted. */
  minBallots: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  /** What happens to a class with fewer ballots than that. */
  smallClasses: Type.Union([Type.Literal('withhold'), Type.Literal('count-unweighted')]),
  /** Last moments for the three rounds of the key ceremony. */
  ceremony: Type.Object({ commitBy: Timestamp, dealBy: Timestamp, confirmBy: Timestamp }, closed),
  issuing: Type.Object({
    /** A registrar writes issuances when so many wait … */
    minBatch: Type.Integer({ minimum: 1, maximum: 10_000 }),
    /** … or the oldest has waited so long. */
    maxWaitSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }),
    /** No issuance after this; null: until the close. */
    endsAt: Type.Union([Timestamp, Type.Null()]),
  }, closed),
  /** Days after publication when ballot bodies are purged; null: kept. */
  retentionDays: Type.Union([Type.Integer({ minimum: 1, maximum: 36_500 }), Type.Null()]),
  /** Origins on which the "Je Vote !" button may stand. */
  allowedOrigins: Type.Array(Type.String({ pattern: '^https?://[^/?#\\s]+$', maxLength: 300 }), { maxItems: 100, uniqueItems: true }),
}, closed)
export type Definition = Static<typeof Definition>
