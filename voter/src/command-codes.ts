/** The codes by which registrars know a person, from wherever they were given. */
import { readFileSync } from 'node:fs'
import { ScrutinError } from '../../protocol/src/errors.ts'

export function readCodes ({ code, codeFile }: { readonly code?: readonly string[], readonly codeFile?: string }): string[] {
  const text = code?.join(',') ?? (codeFile === undefined ? process.env['SCRUTIN_CODES'] : readFileSync(codeFile, 'utf8'))
  const codes = text?.split(/[,\n]/).map((part) => part.trim()).filter(Boolean) ?? []
  if (codes.length === 0) throw new ScrutinError('input.malformed', 'give your codes with --code, --code-file or SCRUTIN_CODES')
  return codes
}
