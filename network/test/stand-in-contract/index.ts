/** The least a contract can do: enough to try a network without any of Scrutin's rules. */
import fabric from 'fabric-contract-api'
import type { Context } from 'fabric-contract-api'

class StandInContract extends fabric.Contract {
  async put (context: Context, key: string, value: string): Promise<string> {
    await context.stub.putState(key, Buffer.from(value))
    return value
  }

  async get (context: Context, key: string): Promise<string> {
    return Buffer.from(await context.stub.getState(key)).toString()
  }

  async role (context: Context): Promise<string> {
    return `${context.clientIdentity.getMSPID()} ${context.clientIdentity.getAttributeValue('scrutin.role') ?? ''}`
  }
}

export const contracts = [StandInContract]
