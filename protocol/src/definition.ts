/**
 * The definition of an election: checked once at the border, hashed to the
 * election's id. A value this version does not honour is refused, never ignored.
 */
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { drawOf, optionCount } from './asked-question.ts'
import { ballotLength } from './ballot-encoding.ts'
import { canonicalBytes, canonicalText, parseCanonical } from './canonical-json.ts'
import { Definition, Name, type Question } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { pointFromHex, pointLength } from './group.ts'
import { findKind, kindNames, kindOf } from './kinds/kinds.ts'
import { keyCount, questionRules, type QuestionRules } from './question-rules.ts'
import { taggedHash, tags } from './tagged-hash.ts'
import { toHex } from './bytes.ts'

export type { Definition, Question } from './definition-schema.ts'

/** 64 KiB of canonical JSON. */
export const maxDefinitionLength = 65_536

/**
 * The longest ballot that a definition may ask for, in bytes. Up to 200 ballots
 * travel in one transaction, and the messages to the contract have limits.
 */
export const maxBallotLength = 65_536

/** More than the longest ballot can have slots; where options are drawn, all of them need keys. */
const maxElectionKeys = 1000

/** The election's id: 32 bytes. It is the hash of the definition, so a changed word is another election. */
export function electionIdBytes (definition: Definition): Uint8Array {
  return taggedHash(tags.election, canonicalBytes(definition))
}

export function electionId (definition: Definition): string {
  return toHex(electionIdBytes(definition))
}

/** Parses and checks canonical JSON; throws `election.definition` or `election.not-honoured` with the place. */
export function parseDefinition (bytes: Uint8Array): Definition {
  if (bytes.length > maxDefinitionLength) throw new ScrutinError('input.too-large', `a definition has at most ${maxDefinitionLength} bytes`)
  return checkDefinition(parseCanonical(bytes))
}

export function checkDefinition (value: unknown): Definition {
  if (!Value.Check(Definition, value)) {
    refuseQuestions(value)
    refuseBy(Definition, value, 'definition')
  }
  checkTexts(value)
  checkTimes(value)
  checkPeople(value)
  value.questions.forEach((question, index) => checkQuestion(question, index))
  checkBallotLength(value)
  refuseUnhonoured(value)
  return value
}

/** How each question stands in ballots and sums, in the order of the questions. */
export function slotRules (definition: Definition): QuestionRules[] {
  return definition.questions.map(questionRules)
}

/** How many independent election keys are needed: those of the largest question. */
export function electionKeyCount (definition: Definition): number {
  return keyCount(slotRules(definition))
}

/** Milliseconds since 1970. */
export function timestampMs (timestamp: string): number {
  return Date.parse(timestamp)
}

/** The moment up to which ballots are taken, by their transactions' time. */
export function cutOffMs (definition: Definition): number {
  return timestampMs(definition.closesAt) + definition.graceSeconds * 1000
}

function checkTexts (definition: Definition): void {
  const locales = canonicalText([...definition.locales].sort())
  const check = (texts: Record<string, string> | null, place: string): void => {
    if (texts !== null && canonicalText(Object.keys(texts).sort()) !== locales) refuse(`${place} must have exactly the locales ${definition.locales.join(', ')}`)
  }
  check(definition.title, '/title')
  check(definition.context, '/context')
  check(definition.image, '/image')
  definition.questions.forEach((question, q) => {
    check(question.title, `/questions/${q}/title`)
    check(question.context, `/questions/${q}/context`)
    check(question.image, `/questions/${q}/image`)
    for (const [place, label] of labelsWithin(question, `/questions/${q}`)) check(label, place)
  })
  definition.classes.forEach((voterClass, c) => check(voterClass.label, `/classes/${c}/label`))
  assertDistinct(definition.questions.map((question) => question.id), '/questions: id')
  assertDistinct(definition.classes.map((voterClass) => voterClass.id), '/classes: id')
}

function checkTimes (definition: Definition): void {
  const { opensAt, closesAt, ceremony, issuing } = definition
  for (const [name, timestamp] of Object.entries({ opensAt, closesAt, ...ceremony, endsAt: issuing.endsAt ?? closesAt })) {
    // Date.parse forgives a 30 February; writing the date again shows it.
    const ms = timestampMs(timestamp)
    if (Number.isNaN(ms) || new Date(ms).toISOString().replace('.000Z', 'Z') !== timestamp) refuse(`${name} is no valid time`)
  }
  if (!(timestampMs(opensAt) < timestampMs(closesAt))) refuse('closesAt must come after opensAt')
  if (!(timestampMs(ceremony.commitBy) < timestampMs(ceremony.dealBy) && timestampMs(ceremony.dealBy) < timestampMs(ceremony.confirmBy))) {
    refuse('the rounds of the ceremony must end one after the other')
  }
  if (!(timestampMs(ceremony.confirmBy) < timestampMs(closesAt))) refuse('the ceremony must end before closesAt')
  if (issuing.endsAt !== null && timestampMs(issuing.endsAt) > timestampMs(closesAt)) refuse('issuing must end by closesAt')
}

function checkPeople (definition: Definition): void {
  const { registrars, trustees, threshold, members, roll, classes } = definition
  for (const { key } of [...registrars, ...trustees]) {
    try {
      pointFromHex(key)
    } catch {
      refuse(`${key} is not a ristretto255 key`)
    }
  }
  assertDistinct([...registrars, ...trustees].map(({ key }) => key), 'the keys of registrars and trustees')
  assertDistinct(trustees.map(({ mspId }) => mspId), 'the organisations of the trustees')
  if (!(2 * threshold > trustees.length && threshold <= trustees.length)) refuse('threshold must be more than half of the trustees, and at most all')
  for (const mspId of [definition.organiser.mspId, ...registrars.map((r) => r.mspId), ...trustees.map((r) => r.mspId)]) {
    if (!members.includes(mspId)) refuse(`${mspId} is not among the members`)
  }
  const sources = new Set(registrars.map(({ mspId, identifies }) => identifies.way === 'code' ? `code ${mspId}` : `oidc ${identifies.issuer}`))
  if (sources.size < 2) refuse('at least two registrars must identify people independently of each other')
  if (classes.reduce((sum, { size }) => sum + size, 0) !== roll.size) refuse('the sizes of the classes must add up to the size of the roll')
  classes.forEach(({ id, size }) => {
    if (size < definition.minClassSize) refuse(`class ${id} is smaller than minClassSize`)
  })
}

/** Says it by the question's own kind: that a question fits none of all kinds helps nobody. */
function refuseQuestions (value: unknown): void {
  const questions: unknown = typeof value === 'object' && value !== null && 'questions' in value ? value.questions : undefined
  if (!Array.isArray(questions)) return
  questions.forEach((question: unknown, index) => {
    const name: unknown = typeof question === 'object' && question !== null && 'kind' in question ? question.kind : undefined
    if (typeof name !== 'string' || !Value.Check(Name, name)) refuse(`/questions/${index}/kind must be the name of a kind: ${kindNames.join(', ')}`)
    const kind = findKind(name)
    if (kind === undefined) throw new ScrutinError('election.not-honoured', `/questions/${index}/kind ${name}`)
    if (!Value.Check(kind.question, question)) refuseBy(kind.question, question, `/questions/${index}`)
  })
}

function refuseBy (schema: TSchema, value: unknown, place: string): never {
  const [first] = Value.Errors(schema, value)
  const path = place === 'definition' ? first?.instancePath || place : place + (first?.instancePath ?? '')
  refuse(first === undefined ? `${place} does not fit the schema` : `${path} ${first.message}`)
}

/** Every label of a question with its place, wherever its kind puts one. */
function * labelsWithin (value: object, place: string): Generator<[place: string, label: Record<string, string>]> {
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    if (typeof inner !== 'object' || inner === null) continue
    if (name === 'label') yield [`${place}/label`, inner as Record<string, string>]
    else yield * labelsWithin(inner, `${place}/${name}`)
  }
}

function checkQuestion (question: Question, index: number): void {
  for (const [name, list] of Object.entries(question) as [string, unknown][]) {
    if (Array.isArray(list)) assertDistinct((list as { id: string }[]).map(({ id }) => id), `/questions/${index}/${name}: id`)
  }
  if (question.quorum !== undefined && question.quorum.numerator > question.quorum.denominator) refuse(`/questions/${index}/quorum is more than everybody`)
  const draw = drawOf(question)
  if (draw !== undefined && draw >= optionCount(question)) refuse(`/questions/${index}/draw must be fewer than there are options`)
  const problem = kindOf(question).problem(question)
  if (problem !== undefined) refuse(`/questions/${index}: ${problem}`)
}

function checkBallotLength (definition: Definition): void {
  const rules = slotRules(definition)
  // first what is counted quickly: laying out the bits of a hundred thousand slots would take seconds
  const slots = rules.reduce((sum, { slotValues }) => sum + slotValues.length, 0)
  const length = slots * pointLength > maxBallotLength ? slots * pointLength : ballotLength(rules, definition.registrars.length)
  if (keyCount(rules) > maxElectionKeys) refuse(`it would need ${keyCount(rules)} election keys, at most are ${maxElectionKeys}: offer fewer options`)
  if (length > maxBallotLength) refuse(`a ballot would have ${length} bytes or more, at most are ${maxBallotLength}: ask fewer questions, or offer fewer options`)
}

function refuseUnhonoured (definition: Definition): void {
  const refuseUnless = (honoured: boolean, what: string): void => {
    if (!honoured) throw new ScrutinError('election.not-honoured', what)
  }
  refuseUnless(definition.classes.length === 1 && definition.classes[0]!.weight === 1, '/classes: more than one, or a weight')
  refuseUnless(definition.registrars.every(({ identifies }) => identifies.way === 'code'), '/registrars: identifying by OIDC')
  refuseUnless(definition.smallClasses === 'withhold', '/smallClasses: counting unweighted')
  refuseUnless(definition.retentionDays === null, '/retentionDays')
  refuseUnless(definition.allowedOrigins.length === 0, '/allowedOrigins')
}

function assertDistinct (values: readonly string[], what: string): void {
  if (new Set(values).size !== values.length) refuse(`${what} must all differ`)
}

function refuse (detail: string): never {
  throw new ScrutinError('election.definition', detail)
}
