/**
 * Who leads the ordering: what the orderers' metrics say. They follow the blocks, so after a change of leader they
 * tell of it with the first block that the new one made.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from './member.ts'
import { host } from './ports.ts'

/** Asked of each orderer; one that does not answer in this time does not count. */
const limitMilliseconds = 2000
const waitMilliseconds = 30_000

/**
 * The member whose orderer leads, as most of the orderers that answer see it (BFT), or as it says of itself (Raft).
 * @returns undefined when no orderer answers, or they don't agree
 */
export async function readLeader (members: readonly Member[], channel: string): Promise<Member | undefined> {
  const told = await Promise.all(members.map(async member => leaderIn(await metricsOf(member), channel, member, members)))
  const votes = new Map<Member, number>()
  for (const leader of told) if (leader !== undefined) votes.set(leader, (votes.get(leader) ?? 0) + 1)
  const [first, second] = [...votes].toSorted(([, a], [, b]) => b - a)
  return first !== undefined && first[1] !== second?.[1] ? first[0] : undefined
}

/** Waits until there is a leader, at most 30 s: Raft's orderers take no transaction before, and then say so themselves. */
export async function waitForLeader (members: readonly Member[], channel: string): Promise<void> {
  const start = performance.now()
  while (await readLeader(members, channel) === undefined && performance.now() - start < waitMilliseconds) await sleep(200)
}

async function metricsOf (member: Member): Promise<string> {
  try {
    const response = await fetch(`http://${host}:${member.ports.ordererOperations}/metrics`, { signal: AbortSignal.timeout(limitMilliseconds) })
    return response.ok ? await response.text() : ''
  } catch {
    return ''
  }
}

function leaderIn (metrics: string, channel: string, own: Member, members: readonly Member[]): Member | undefined {
  // consenters are numbered from 1, in the consortium's order (channel.ts)
  const consenter = gauge(metrics, 'consensus_BFT_leader_id', channel)
  if (consenter !== undefined) return members[consenter - 1]
  return gauge(metrics, 'consensus_etcdraft_is_leader', channel) === 1 ? own : undefined
}

/** The value of `NAME{channel="CHANNEL"} VALUE` in Prometheus' text format. */
function gauge (metrics: string, name: string, channel: string): number | undefined {
  const line = metrics.split('\n').find(line => line.startsWith(`${name}{channel="${channel}"} `))
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
}
