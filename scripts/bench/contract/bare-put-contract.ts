/** What a ledger transaction costs when its contract does next to nothing: the measure that casting is held against. */
import { type Context, Contract } from 'fabric-contract-api'

export const barePutName = 'bare'

export class BarePutContract extends Contract {
  constructor () {
    super(barePutName)
  }

  /** Puts a key, and reads nothing. Rest parameters as in Scrutin's own contract, so that the shim does the same for both. */
  async put (context: Context, ...args: string[]): Promise<string> {
    const [key, value] = args
    if (key === undefined || value === undefined) throw new Error('a key and a value are needed')
    await context.stub.putState(`bare/${key}`, Buffer.from(value))
    return ''
  }
}
