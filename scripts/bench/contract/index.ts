import { ScrutinContract } from '../../../chaincode/index.ts'
import { BarePutContract } from './bare-put-contract.ts'

export { BarePutContract, ScrutinContract }

/** The first is the one that is called without a name before the transaction's. */
export const contracts = [ScrutinContract, BarePutContract]
