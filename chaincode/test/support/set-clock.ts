/** For tests of deadlines: contract, embedded ledger, gateways and trustees of one process read the same clock, so nobody has to wait. */

const { now } = Date

/** From now on the time is this moment (milliseconds since 1970), and goes on from there. Returns the way back. */
export function setClock (momentMs: number): () => void {
  const ahead = momentMs - now()
  Date.now = () => now() + ahead
  return () => { Date.now = now }
}
