/** Schemas that OpenAPI lists by name; routes refer to them by `shared`. */
import Type, { type TSchema } from 'typebox'
import { Definition } from '../../protocol/src/definition-schema.ts'
import { errorCatalogue } from '../../protocol/src/errors.ts'
import * as answers from './answers.ts'

const closed = { additionalProperties: false } as const

const Problem = Type.Object({
  type: Type.String({ description: '`urn:scrutin:problem:` and the code', examples: ['urn:scrutin:problem:ballot.proof'] }),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.Enum(Object.keys(errorCatalogue), { description: 'Stable: clients key on it' }),
  detail: Type.Optional(Type.String({ description: 'What exactly was wrong, for people' })),
}, { ...closed, description: 'RFC 9457' })

const Accepted = Type.Object({
  electionId: answers.Receipt.properties.electionId,
  transactionId: answers.TransactionId,
  blockNumber: answers.Receipt.properties.blockNumber,
}, { ...closed, description: 'The transaction that did it' })

export const schemasByName = {
  Problem,
  Definition,
  Accepted,
  Election: answers.Election,
  ElectionPage: answers.ElectionPage,
  Result: answers.Result,
  History: answers.History,
  Receipt: answers.Receipt,
  CastStatus: answers.CastStatus,
  Stated: answers.Stated,
  StatedList: answers.StatedList,
  RecordedBallot: answers.RecordedBallot,
  BallotPage: answers.BallotPage,
  TrackerPage: answers.TrackerPage,
  Turnout: answers.Turnout,
  VoterCheckPage: answers.VoterCheckPage,
  VoterCheckCount: answers.VoterCheckCount,
  BoothRelease: answers.BoothRelease,
  BoothReleases: answers.BoothReleases,
  RootStatements: answers.RootStatements,
  Issuance: answers.Issuance,
  Directory: answers.Directory,
} as const satisfies Record<string, TSchema>

export type SchemaName = keyof typeof schemasByName

/** Refers to a schema of the list. Only for answers and documentation: input is checked by whole schemas. */
export function shared (name: SchemaName): TSchema {
  return { $ref: `${name}#` }
}
