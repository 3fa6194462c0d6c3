/** The header `Prefer` (RFC 7240), as far as it says how long a client waits. */

export interface Waiting {
  /** Milliseconds to wait for the final answer before 202. */
  readonly waitMs: number
  /** For `Preference-Applied`; undefined when the client has no preference that we know. */
  readonly applied: string | undefined
}

/** Longer would be cut off by proxies, and by clients that go elsewhere after 30 s. */
export const longestWaitSeconds = 25

/** What is not understood is ignored, as section 2 of the RFC wants; of a preference given twice the first counts. */
export function readWaiting (prefer: string | string[] | undefined, defaultSeconds: number): Waiting {
  const preferences = String(prefer ?? '').slice(0, 1000).split(',').map((preference) => preference.split(';')[0]!.trim().toLowerCase())
  const [, given] = preferences.map((preference) => /^wait\s*=\s*"?([0-9]{1,6})"?$/.exec(preference)).find((match) => match !== null) ?? []
  const isAsync = preferences.includes('respond-async')
  const seconds = given === undefined ? undefined : Math.min(Number(given), longestWaitSeconds)
  const applied = [...(isAsync ? ['respond-async'] : []), ...(seconds === undefined ? [] : [`wait=${seconds}`])].join(', ')
  return { waitMs: 1000 * (seconds ?? (isAsync ? 0 : defaultSeconds)), applied: applied === '' ? undefined : applied }
}
