import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Ledger } from '../../ledger/src/port.ts'

const validators = new WeakMap<TSchema, Validator>()

/** Asks the contract and checks what it answers; `ledger.record` when it is of another form. */
export async function readContract<Schema extends TSchema> (
  ledger: Ledger, schema: Schema, transaction: string, args: readonly string[]
): Promise<Static<Schema>> {
  return parseAnswer(schema, transaction, await ledger.evaluate(transaction, args))
}

export function parseAnswer<Schema extends TSchema> (schema: Schema, transaction: string, bytes: Uint8Array): Static<Schema> {
  const validator = validators.get(schema) ?? Compile(schema)
  validators.set(schema, validator)
  const answer: unknown = JSON.parse(new TextDecoder().decode(bytes))
  if (!validator.Check(answer)) {
    const [error] = validator.Errors(answer)
    throw new ScrutinError('ledger.record', `${transaction} ${error?.instancePath} ${error?.message}`)
  }
  return answer as Static<Schema>
}
