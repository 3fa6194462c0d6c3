import { quietShim } from './src/quiet-shim.ts'
import { ScrutinContract } from './src/scrutin-contract.ts'

export { ScrutinContract } from './src/scrutin-contract.ts'

quietShim()

/** What fabric-chaincode-node looks for. */
export const contracts = [ScrutinContract]
