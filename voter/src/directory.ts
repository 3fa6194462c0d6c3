/** Who is where: the directory's entries, each signed by the key it names. */
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { DirectoryEntry, DirectoryKind } from '../../protocol/src/records.ts'
import { assertSigned } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import type { GatewayClient } from './gateway-client.ts'
import { RegistrarClient } from './registrar-client.ts'

export class Directory {
  readonly #entries: readonly DirectoryEntry[]

  constructor (entries: readonly DirectoryEntry[]) {
    this.#entries = entries
  }

  of (kind: DirectoryKind): DirectoryEntry[] {
    return this.#entries.filter((entry) => entry.kind === kind)
  }

  find (kind: DirectoryKind, key: string): DirectoryEntry | undefined {
    return this.#entries.find((entry) => entry.kind === kind && entry.key === key)
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

/** Reads the directory from a gateway; entries whose signature is wrong are refused (`access.signature`). */
export async function readDirectory (gateway: GatewayClient, signal?: AbortSignal): Promise<Directory> {
  const entries = await gateway.readDirectory(signal)
  for (const entry of entries) assertSigned(tags.directoryEntry, new Uint8Array(0), entry.message.key, entry)
  return new Directory(entries.map(({ message }) => message))
}
