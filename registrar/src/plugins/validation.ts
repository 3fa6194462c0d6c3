import fp from 'fastify-plugin'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { ScrutinError } from '../../../protocol/src/errors.ts'

/** Input is checked by TypeBox: refused when it does not fit, never coerced or trimmed. */
export default fp(async (app) => {
  app.setValidatorCompiler<TSchema>(({ schema }) => {
    const validator = Compile(schema)
    return (input: unknown) => validator.Check(input)
      ? { value: input }
      // what the schema says, never what was sent
      : { error: validator.Errors(input).map(({ keyword, instancePath, schemaPath, message }) => ({ keyword, instancePath, schemaPath, params: {}, message })) }
  })
  app.setSchemaErrorFormatter(([first], part) => new ScrutinError('input.malformed', `${part}${first?.instancePath ?? ''} ${first?.message ?? ''}`))
}, { name: 'validation' })
