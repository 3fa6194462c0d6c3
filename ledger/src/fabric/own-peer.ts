import type { Endorser } from 'fabric-common'
import type { Network, Query, QueryHandler } from 'fabric-network'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { isRequestTimeout, refusedByContract } from './endorsement-failure.ts'

/** The member's own peers: the only ones whose answers it relies on alone. */
export function peersOf (network: Network, mspId: string): Endorser[] {
  return network.getChannel().getEndorsers(mspId)
}

/**
 * Evaluates on the member's own peer, connecting again when the connection was lost.
 *
 * @throws (from `evaluate`) the contract's refusal; `ledger.refused` for others; `ledger.unavailable`, `ledger.timeout`
 */
export function askOwnPeer (network: Network, mspId: string): QueryHandler {
  return {
    async evaluate (query: Query): Promise<Buffer> {
      let failure: unknown
      for (const peer of peersOf(network, mspId)) {
        if (!await peer.checkConnection()) {
          failure = new Error(`no connection to ${peer.name}`)
          continue
        }
        const answer = (await query.evaluate([peer]))[peer.name]
        if (answer === undefined || answer instanceof Error) failure = answer
        else if (answer.isEndorsed) return answer.payload
        else throw refusedByContract(answer.message)
      }
      if (isRequestTimeout(failure)) throw new ScrutinError('ledger.timeout', `the peer of ${mspId} did not answer`, { cause: failure })
      throw new ScrutinError('ledger.unavailable', `no peer of ${mspId} answers`, { cause: failure })
    },
  }
}
