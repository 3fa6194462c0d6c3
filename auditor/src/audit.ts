import { openChecks, type VerificationReport } from '../../protocol/src/verification-report.ts'
import { verifyElection, type VerifyOptions } from '../../protocol/src/verify-election.ts'
import { BundleReadError, openBundle } from './open-bundle.ts'

/** Verifies the bundle at `source`; a bundle that can't be read is a report that says so, never an exception. */
export async function audit (source: string, options: VerifyOptions = {}): Promise<VerificationReport> {
  try {
    return await verifyElection(openBundle(source), options)
  } catch (error) {
    if (!(error instanceof BundleReadError)) throw error
    const check = openChecks()['bundle.format']
    check.fail(`the bundle can't be read: ${error.message}`)
    return { ok: false, anchored: false, electionId: null, status: null, checks: [check.close()], result: null, tally: null }
  }
}
