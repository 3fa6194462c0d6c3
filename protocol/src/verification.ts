import type { BundleReader } from './bundle-reader.ts'
import type { Definition } from './definition.ts'
import type { QuestionRules } from './question-rules.ts'
import type { ElectionStatus } from './records.ts'
import type { CheckName, OpenChecks } from './verification-report.ts'

/** What the parts of a verification share. */
export interface Verification {
  readonly reader: BundleReader
  readonly checks: OpenChecks
  readonly definition: Definition
  readonly electionId: string
  readonly rules: readonly QuestionRules[]
  readonly status: ElectionStatus
  readonly onProgress: (name: CheckName, count: number) => void
}
