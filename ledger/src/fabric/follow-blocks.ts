/** Blocks one after the other, whatever happens to the connection meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { type BlockKind, deliver, type Delivered, type DeliverService } from './deliver.ts'

export interface FollowOptions {
  readonly kind: BlockKind
  /** First block; `newest` is the last the peer has, which comes at once and shows that the stream is there. */
  readonly from: bigint | 'newest'
  /** Last block; without it there is no end. */
  readonly to?: bigint
  /** Ends the iteration quietly. */
  readonly signal: AbortSignal
  /** Called when a block comes, first and after each break at once: the stream is there. */
  readonly delivering?: () => void
  /** Called when the stream broke. */
  readonly broken?: (cause: unknown) => void
}

const leastWaitMilliseconds = 100
const mostWaitMilliseconds = 2_000
/** How long a read up to a known block goes on trying without getting a single one. Following never gives up. */
const patienceMilliseconds = 20_000
const heightMilliseconds = 5_000

/**
 * Whole or filtered blocks in order, none left out and none twice. A broken stream is taken up again at the block that
 * comes next, after a short wait that grows.
 *
 * @throws ScrutinError `ledger.refused` when the identity may not read the channel; with `to`, `ledger.unavailable` when
 * the peer gave no block for 20 s
 */
export async function * followBlocks (service: DeliverService, options: FollowOptions): AsyncGenerator<Delivered> {
  const { kind, to, signal } = options
  let next: bigint | 'newest' = options.from
  let wait = leastWaitMilliseconds
  let broken = false
  let lastBlockAt = performance.now()
  const isOver = (): boolean => signal.aborted || (to !== undefined && next !== 'newest' && next > to)
  while (!isOver()) {
    try {
      // after a break from the block before, which exists: that it comes shows that the peer is there again
      const from: bigint | 'newest' = broken && next !== 'newest' && next > 0n ? next - 1n : next
      for await (const block of deliver(service, { kind, from, ...to === undefined ? {} : { to }, signal })) {
        if (signal.aborted) return
        options.delivering?.()
        if (next !== 'newest' && block.number < next) continue
        next = block.number + 1n
        wait = leastWaitMilliseconds
        broken = false
        yield block
        lastBlockAt = performance.now()
      }
    } catch (cause) {
      if (signal.aborted) return
      broken = true
      options.broken?.(cause)
      // a peer that says no, or gives what was not asked for, will do so again; a follower waits even then
      if (cause instanceof ScrutinError && (cause.code === 'ledger.refused' || to !== undefined)) throw cause
      if (to !== undefined && performance.now() - lastBlockAt > patienceMilliseconds) throw unavailable(service, cause)
      await sleep(wait, undefined, { signal }).catch(() => {})
      wait = Math.min(wait * 2, mostWaitMilliseconds)
    }
  }
}

/**
 * Number of blocks the peer has, the genesis block included.
 *
 * @throws ScrutinError `ledger.unavailable` within 5 s, or `ledger.refused`
 */
export async function chainHeight (service: DeliverService, signal?: AbortSignal): Promise<bigint> {
  const limit = AbortSignal.timeout(heightMilliseconds)
  const blocks = deliver(service, {
    kind: 'filtered', from: 'newest', to: 'newest', signal: signal === undefined ? limit : AbortSignal.any([signal, limit])
  })
  try {
    const newest = await blocks.next()
    if (newest.done !== true) return newest.value.number + 1n
  } catch (cause) {
    throw cause instanceof ScrutinError ? cause : unavailable(service, cause)
  } finally {
    await blocks.return(undefined)
  }
  throw unavailable(service, new Error('no block came'))
}

function unavailable (service: DeliverService, cause: unknown): ScrutinError {
  return new ScrutinError('ledger.unavailable', `the peer at ${service.client.getChannel().getTarget()} gives no blocks`, { cause })
}
