/** The pieces that the schemas of routes are made of. */
import Type, { type TSchema } from 'typebox'
import { Hash } from '../../protocol/src/definition-schema.ts'
import { problemMediaType } from '../../service/src/problem.ts'
import { type SchemaName, shared } from './shared-schemas.ts'

const closed = { additionalProperties: false } as const

export const ElectionParams = Type.Object({ id: Hash }, closed)
export const BallotParams = Type.Object({ id: Hash, tracker: Hash }, closed)

/** The most items of a page when the client doesn't say. */
export const defaultLimit = 100

export const PageQuery = Type.Object({
  cursor: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z:./-]{1,200}$', description: 'As the page before gave it' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: `At most; ${defaultLimit} when left out. A page may hold fewer.` })),
}, closed)

/** The first digits of trackers. Each digit left out hides the one that is asked for among sixteen times as many. */
export const TrackerStart = Type.String({ pattern: '^[0-9a-f]{0,8}$', description: 'Only those whose tracker begins so, in the order of their trackers' })

/** The answer of a route, and the problem that any failure is. */
export function answers (status: 200 | 201 | 202, name: SchemaName, description: string): Record<string, unknown> {
  return { [status]: describe(description, { 'application/json': shared(name) }), ...problems }
}

export function describe (description: string, types: Record<string, TSchema>): Record<string, unknown> {
  return { description, content: Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }])) }
}

const problem = (description: string): Record<string, unknown> => describe(description, { [problemMediaType]: shared('Problem') })

export const problems = {
  '4xx': problem('The request was refused'),
  '5xx': problem('It failed on this side; the ledger may be out of reach'),
}
