/** The whole directory as one peer has it, page by page. */
import type { SignedDirectoryEntry } from '../../protocol/src/records.ts'
import type { Ledger } from './port.ts'

const mostInPage = 1000

interface Page { readonly entries: readonly SignedDirectoryEntry[], readonly cursor: string | null }

/** @param pageSize fewer, for tests */
export async function readDirectory (ledger: Pick<Ledger, 'evaluate'>, pageSize = mostInPage): Promise<SignedDirectoryEntry[]> {
  const found: SignedDirectoryEntry[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = JSON.parse(new TextDecoder().decode(await ledger.evaluate('readDirectory', [cursor, String(pageSize)]))) as Page
    found.push(...page.entries)
    cursor = page.cursor
  }
  return found
}
