/** What replaying a chain reports: one line a check, each with a stable name. */
import { type Check, OpenCheck } from '../../protocol/src/verification-report.ts'

/** In the order in which they are reported. What each looks at stands in SPEC.md 12.1. */
export const chainCheckNames = [
  'chain.format', 'chain.anchor', 'chain.configuration', 'chain.hashes', 'chain.orderers', 'chain.transactions', 'chain.certificates',
  'chain.endorsements', 'chain.versions', 'chain.flags', 'chain.contract', 'chain.writes', 'chain.issuances',
] as const
export type ChainCheckName = typeof chainCheckNames[number]

export type ChainCheck = Check<ChainCheckName>
export type OpenChainChecks = Readonly<Record<ChainCheckName, OpenCheck<ChainCheckName>>>

export function openChainChecks (): OpenChainChecks {
  return Object.fromEntries(chainCheckNames.map((name) => [name, new OpenCheck(name)])) as Record<ChainCheckName, OpenCheck<ChainCheckName>>
}

export function closeChainChecks (checks: OpenChainChecks): ChainCheck[] {
  return chainCheckNames.map((name) => checks[name].close())
}
