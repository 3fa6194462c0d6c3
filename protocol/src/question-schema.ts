/** What all questions have, and the small parts that definitions are made of. What a kind adds stands in its file. */
import Type, { type Static } from 'typebox'

export const closed = { additionalProperties: false } as const

export const Locale = Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' })
/** Text per locale; the locales must be exactly those of the definition. */
export const Localized = Type.Record(Locale, Type.String({ minLength: 1, maxLength: 10_000 }))
export type Localized = Static<typeof Localized>
export const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
/** SHA-256 of an image per locale. */
export const LocalizedHash = Type.Record(Locale, Hash)
export const Name = Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$' })

/** Something with a name that is counted, and a label that people read: an option, a candidate, a grade. */
export const Option = Type.Object({
  id: Name,
  label: Localized,
}, closed)
export type Option = Static<typeof Option>

export const Options = Type.Array(Option, { minItems: 1, maxItems: 100 })

/**
 * How many of the options are drawn for each ballot, which holds no others. For kinds that ask about each option by
 * itself and about all alike: the slots of several options are those of each, one after the other, and no sum goes over two of them.
 */
export const Draw = Type.Integer({ minimum: 1, maximum: 99 })

/** The properties that every question has besides its kind's. Wherever a kind puts a `label`, it is localized; ids within one list differ. */
export const questionHead = {
  id: Name,
  title: Localized,
  context: Type.Union([Localized, Type.Null()]),
  image: Type.Union([LocalizedHash, Type.Null()]),
  /** The least share of the roll that must have voted for the question to be decided. */
  quorum: Type.Optional(Type.Object({ numerator: Type.Integer({ minimum: 1, maximum: 1000 }), denominator: Type.Integer({ minimum: 1, maximum: 1000 }) }, closed)),
} as const
