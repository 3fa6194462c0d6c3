/** Who is where: the directory's entries, each signed by the key it names. */
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { DirectoryEntry, DirectoryKind } from '../../protocol/src/records.ts'
import { assertSigned } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import { GatewayClient } from './gateway-client.ts'
import { RegistrarClient } from './registrar-client.ts'

export class Directory {
  /** How many gateways showed it. */
  readonly sources: number
  readonly #entries: readonly DirectoryEntry[]

  constructor (entries: readonly DirectoryEntry[], sources = 1) {
    this.#entries = entries
    this.sources = sources
  }

  of (kind: DirectoryKind): DirectoryEntry[] {
    return this.#entries.filter((entry) => entry.kind === kind)
  }

  find (kind: DirectoryKind, key: string): DirectoryEntry | undefined {
    return this.#entries.find((entry) => entry.kind === kind && entry.key === key)
  }

  /** The member whose gateway has this address; undefined when the directory names none. */
  memberAt (url: string): string | undefined {
    return this.of('gateway').find((entry) => new GatewayClient(entry.url).url === url)?.mspId
  }

  /** The registrars of a definition in its order, each at the address its own key signed. */
  registrars (definition: Definition): RegistrarClient[] {
    return definition.registrars.map(({ key }, i) => {
      const entry = this.find('registrar', key)
      if (entry === undefined) throw new ScrutinError('directory.entry', `registrar ${i + 1} has no address in the directory`)
      return new RegistrarClient(entry.url)
    })
  }
}

/**
 * Reads the directory from gateways and holds together what they show. An entry is signed by the key it names, so a gateway
 * can't change one; but it could show keys of its own making as another member's. A key is therefore taken when enough
 * gateways show it as the same member's: as many as asked for, or all that answered. Its newest entry counts.
 *
 * @param enough of members whose gateways would not all lie together: f + 1 of n
 * @throws ScrutinError `directory.differs` when they show different keys of a member and none is taken; what the last of
 * them failed for when none answered
 */
export async function readDirectory (gateways: readonly GatewayClient[], enough: number, signal?: AbortSignal): Promise<Directory> {
  const answers = await Promise.allSettled(gateways.map(async (gateway) => await readGenuine(gateway, signal)))
  const views = answers.flatMap((answer) => answer.status === 'fulfilled' ? [answer.value] : [])
  if (views.length === 0) throw answers.find((answer) => answer.status === 'rejected')?.reason
  return new Directory(agreedEntries(views, enough), views.length)
}

/** Entries whose signature is wrong are refused (`access.signature`). */
async function readGenuine (gateway: GatewayClient, signal?: AbortSignal): Promise<DirectoryEntry[]> {
  const entries = await gateway.readDirectory(signal)
  for (const entry of entries) assertSigned(tags.directoryEntry, new Uint8Array(0), entry.message.key, entry)
  return entries.map(({ message }) => message)
}

/** @param views what each gateway showed, every entry with its signature checked */
export function agreedEntries (views: readonly (readonly DirectoryEntry[])[], enough: number): DirectoryEntry[] {
  const needed = Math.min(enough, views.length)
  const byKey = Map.groupBy(views.flatMap((entries, view) => entries.map((entry) => ({ entry, view }))), ({ entry: { kind, mspId, key } }) => `${kind} ${mspId} ${key}`)
  const byMember = Map.groupBy([...byKey.values()], ([first]) => `${first!.entry.kind} of ${first!.entry.mspId}`)
  return [...byMember].flatMap(([member, keys]) => {
    const taken = keys.filter((shown) => new Set(shown.map(({ view }) => view)).size >= needed)
    if (taken.length === 0 && new Set(keys.flat().map(({ view }) => view)).size > 1) throw new ScrutinError('directory.differs', `the ${member}`)
    return taken.map((shown) => shown.map(({ entry }) => entry).reduce((newest, entry) => entry.sequence > newest.sequence ? entry : newest))
  })
}
