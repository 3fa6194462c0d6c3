import fp from 'fastify-plugin'
import type { FastifySchemaValidationError } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { ScrutinError } from '../../../protocol/src/errors.ts'

/**
 * Input is checked by TypeBox and refused when it does not fit: nothing is coerced, dropped or filled in.
 * The one conversion is of whole numbers in a query, which HTTP can only carry as text.
 */
export default fp(async (app) => {
  app.setValidatorCompiler<TSchema & { contentMediaType?: string }>(({ schema, httpPart }) => {
    // bytes: what stands in them is not for a schema to say
    if (schema.contentMediaType !== undefined) return (input: unknown) => input instanceof Uint8Array ? true : { error: [notBytes(schema.contentMediaType!)] }
    const validator = Compile(schema)
    return (input: unknown) => {
      const value = httpPart === 'querystring' ? readIntegers(schema, input) : input
      return validator.Check(value) ? { value } : { error: refusals(validator, value) }
    }
  })
  app.setSchemaErrorFormatter(([first], part) => {
    return new ScrutinError('input.malformed', first === undefined ? part : `${part}${first.instancePath} ${first.message}`)
  })
  // answers leave as they are: a serialiser that follows a schema would drop what the schema does not name
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
}, { name: 'validation' })

function readIntegers (schema: TSchema, input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input
  const properties = 'properties' in schema ? schema.properties as Record<string, { type?: string }> : {}
  return Object.fromEntries(Object.entries(input).map(([name, value]: [string, unknown]) => {
    const isInteger = Object.hasOwn(properties, name) && properties[name]!.type === 'integer'
    return [name, isInteger && typeof value === 'string' && /^(0|[1-9][0-9]{0,8})$/.test(value) ? Number(value) : value]
  }))
}

function notBytes (mediaType: string): FastifySchemaValidationError {
  return { keyword: 'contentMediaType', instancePath: '', schemaPath: '#', params: {}, message: `must be ${mediaType}` }
}

/** Only what is said of the schema: never what was sent. */
function refusals (validator: Validator, value: unknown): FastifySchemaValidationError[] {
  return validator.Errors(value)
    .filter(({ keyword }) => keyword !== 'boolean')
    .map(({ keyword, instancePath, schemaPath, message }) => ({ keyword, instancePath, schemaPath, params: {}, message }))
}
