import { Contract } from 'fabric-contract-api'
import { decodeContractError } from '../../../protocol/src/contract-errors.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Invocation } from './contract-stub.ts'
import { ContractStub } from './contract-stub.ts'
import type { Simulation } from './simulation.ts'
import type { SimulatedTransaction } from './transaction-record.ts'

type Outcome = Pick<SimulatedTransaction, 'readWriteSet' | 'event' | 'result'>

/**
 * Runs one transaction of the contract as fabric-shim would: context, before, around, after.
 *
 * @throws ScrutinError the contract's own refusal; `ledger.refused` for any other failure of the contract
 */
export async function invokeContract (contract: Contract, simulation: Simulation, invocation: Invocation): Promise<Outcome> {
  const stub = new ContractStub(simulation, invocation)
  const context = contract.createContext()
  context.stub = stub
  context.clientIdentity = invocation.identity
  try {
    const transaction = findTransaction(contract, invocation.transaction)
    if (transaction === undefined) throw new Error(`the contract has no transaction ${invocation.transaction}`)
    const expected = transaction.length - 1
    // fabric-shim lets a function without named arguments take any number of them
    if (expected > 0 && expected !== invocation.args.length) {
      throw new Error(`Expected ${expected} parameters, but ${invocation.args.length} have been supplied`)
    }
    await contract.beforeTransaction(context)
    // its typings ask for a function; what fabric-shim passes is the function's name
    const aroundTransaction: unknown = Reflect.get(contract, 'aroundTransaction')
    if (!isFunction(aroundTransaction)) throw new Error('the contract is not a Contract')
    const result = await aroundTransaction.call(contract, context, invocation.transaction, invocation.args)
    await contract.afterTransaction(context, result)
    return { result: resultBytes(result), event: stub.event, readWriteSet: simulation.readWriteSet() }
  } catch (error) {
    throw refusal(error)
  }
}

/** The contract's methods are its transactions, except those of `Contract` itself and names that start with '_'. */
function findTransaction (contract: Contract, name: string): ((...args: unknown[]) => unknown) | undefined {
  if (name.startsWith('_') || name === 'constructor' || Object.hasOwn(Contract.prototype, name)) return undefined
  const prototype: unknown = Object.getPrototypeOf(contract)
  if (typeof prototype !== 'object' || prototype === null) return undefined
  const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value
  return isFunction(value) ? value : undefined
}

function isFunction (value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}

function resultBytes (result: unknown): Uint8Array {
  if (typeof result === 'string') return Buffer.from(result)
  if (result === undefined || result === null) return new Uint8Array()
  throw new Error('a transaction of the contract returns a string')
}

function refusal (error: unknown): ScrutinError {
  if (error instanceof ScrutinError) return error
  const message = error instanceof Error ? error.message : String(error)
  return decodeContractError(message) ?? new ScrutinError('ledger.refused', message, { cause: error })
}
