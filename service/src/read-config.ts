/** Configuration files: one JSON object each, checked whole at the start. */
import { readFile } from 'node:fs/promises'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** @throws Error with a sentence that says what to set */
export async function readConfig<Schema extends TSchema> (schema: Schema, file: string): Promise<Static<Schema>> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} can't be read as JSON: ${cause instanceof Error ? cause.message : 'unknown cause'}`, { cause })
  }
  return checkConfig(schema, value, file)
}

/**
 * @param file its name, for the sentence
 * @throws Error with a sentence that says what to set
 */
export function checkConfig<Schema extends TSchema> (schema: Schema, value: unknown, file: string): Static<Schema> {
  if (!Value.Check(schema, value)) throw new Error(`${file}: ${whatToSet(schema, value)}`)
  return value as Static<Schema>
}

function whatToSet (schema: TSchema, value: unknown): string {
  const errors = Value.Errors(schema, value)
  // the message of the whole union says nothing that the messages of its parts don't
  const error = errors.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean') ?? errors[0]
  if (error === undefined) return 'it does not fit the schema'
  const place = error.instancePath === '' ? 'the configuration' : error.instancePath
  switch (error.keyword) {
    case 'required': return `set ${error.params.requiredProperties.join(', ')} in ${place}`
    case 'additionalProperties': return `take ${error.params.additionalProperties.join(', ')} out of ${place}: there is no such setting`
    default: return `set ${place}: it ${error.message}`
  }
}
