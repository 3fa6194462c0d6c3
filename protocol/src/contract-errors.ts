/**
 * How a coded failure of the contract crosses Fabric, which carries only a
 * message: the marker, then a JSON object `{"code", "detail"}`.
 */
import { isErrorCode, ScrutinError } from './errors.ts'

const marker = 'scrutin-error:'
/** What the contract writes is shorter and has fewer braces: 200 verdicts. An endorser that lies must not keep its clients busy. */
const longestText = 256 * 1024
const mostBraces = 2000

export function encodeContractError (error: ScrutinError): string {
  return marker + JSON.stringify({ code: error.code, ...(error.detail === undefined ? {} : { detail: error.detail }) })
}

/** The coded failure inside an endorser's message, or undefined when it is of another kind. */
export function decodeContractError (message: string): ScrutinError | undefined {
  const start = message.indexOf(marker)
  if (start < 0) return undefined
  const text = message.slice(start + marker.length, start + marker.length + longestText)
  for (let end = text.indexOf('}'), braces = 0; end >= 0 && braces < mostBraces; end = text.indexOf('}', end + 1), braces++) {
    const parsed = parseObject(text.slice(0, end + 1))
    if (parsed === undefined) continue
    if (!isErrorCode(parsed['code'])) return undefined
    return new ScrutinError(parsed['code'], typeof parsed['detail'] === 'string' ? parsed['detail'] : undefined)
  }
  return undefined
}

function parseObject (text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
