/** What a transaction's time is worth: it is its client's claim. */

/** Endorsers refuse a client's time that is further than this from their own clock. */
export const maxSkewMs = 60_000

/**
 * What a client must claim so that the moment is past by the endorsers' clocks as well, however fast its own clock is or
 * pretends to be. For steps that take something from others who still have the time up to that moment.
 */
export function surelyPastMs (momentMs: number): number {
  return momentMs + maxSkewMs
}
