import { ScrutinContract } from './src/scrutin-contract.ts'

export { ScrutinContract } from './src/scrutin-contract.ts'

/** What fabric-chaincode-node looks for. */
export const contracts = [ScrutinContract]
