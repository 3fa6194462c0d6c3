/**
 * Replays a whole election from its records alone: every signature, proof, root
 * and sum, by the functions that the contract itself calls. Works for an
 * election in any state: what has not happened yet is said so, and nothing may
 * stand in the bundle that its state does not explain.
 */
import { BundleReader } from './bundle-reader.ts'
import { parseCanonical } from './canonical-json.ts'
import { type Definition, electionId, parseDefinition, slotRules } from './definition.ts'
import type { ElectionStatus, StateRecord } from './records.ts'
import { tallyToJson } from './tally.ts'
import type { Verification } from './verification.ts'
import { type CheckName, checkNames, type OpenChecks, openChecks, type VerificationReport } from './verification-report.ts'
import { verifyBox } from './verify-box.ts'
import { verifyCeremony } from './verify-ceremony.ts'
import { verifyCount } from './verify-count.ts'
import { verifyOpening } from './verify-opening.ts'
import { parseState } from './verify-state.ts'
import { verifyTrials } from './verify-trials.ts'
import { verifyVoidVotes } from './verify-void-votes.ts'

export interface VerifyOptions {
  /** Refuse the bundle of any other election. */
  readonly expectElection?: string
  /** Called now and then with the check being worked on and how far it is. */
  readonly onProgress?: (name: CheckName, count: number) => void
}

/** `lines` are those of a bundle (bundle.ts), with or without their ends. Memory grows with the number of trackers only. */
export async function verifyElection (lines: AsyncIterable<string>, options: VerifyOptions = {}): Promise<VerificationReport> {
  const checks = openChecks()
  const reader = new BundleReader(lines, checks['bundle.format'])
  const id = await reader.open()
  const definition = await verifyDefinition(reader, checks, id, options.expectElection)
  const state = await verifyState(reader, checks)
  if (id === undefined || definition === undefined || state === undefined) {
    await reader.finish()
    for (const name of checkNames.slice(checkNames.indexOf('ceremony'))) checks[name].fail('not checked: without definition and state there is nothing to hold it against')
    return report(checks, id, state?.status)
  }
  const verification: Verification = {
    reader, checks, definition, electionId: id, rules: slotRules(definition), status: state.status, onProgress: options.onProgress ?? (() => {}),
  }
  const keys = await verifyCeremony(verification)
  await verifyTrials(verification, keys)
  const opening = await verifyOpening(verification, keys)
  const box = await verifyBox(verification, opening)
  const result = await verifyCount(verification, keys, box)
  await verifyVoidVotes(verification)
  await reader.finish()
  const done = report(checks, id, state.status)
  return { ...done, result: done.ok ? result ?? null : null, tally: box.tally === undefined ? null : tallyToJson(box.tally) }
}

function report (checks: OpenChecks, electionId: string | undefined, status: ElectionStatus | undefined): VerificationReport {
  const closed = checkNames.map((name) => checks[name].close())
  return { ok: closed.every(({ ok }) => ok), anchored: false, electionId: electionId ?? null, status: status ?? null, checks: closed, result: null, tally: null }
}

async function verifyDefinition (reader: BundleReader, checks: OpenChecks, id: string | undefined, expected: string | undefined): Promise<Definition | undefined> {
  const check = checks.definition
  let definition: Definition | undefined
  for await (const { value } of reader.section('definition')) {
    check.count++
    definition = check.attempt('definition', () => parseDefinition(value))
  }
  if (definition === undefined) {
    check.fail('there is no definition')
    return undefined
  }
  check.failUnless(electionId(definition) === id, `the definition is that of the election ${electionId(definition)}`)
  check.failUnless(expected === undefined || id === expected, `this is not the election ${expected ?? ''}`)
  return definition
}

async function verifyState (reader: BundleReader, checks: OpenChecks): Promise<StateRecord | undefined> {
  const check = checks.state
  let state: StateRecord | undefined
  for await (const { value } of reader.section('state')) {
    check.count++
    state = check.attempt('state', () => parseState(parseCanonical(value)))
  }
  if (state === undefined) check.fail('there is no state')
  return state
}
