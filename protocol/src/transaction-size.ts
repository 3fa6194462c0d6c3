/**
 * How much fits into one transaction. Fabric's BFT orderers refuse an envelope of more than 500 KiB with
 * SERVICE_UNAVAILABLE, for good (RequestMaxBytes, fixed in orderer/consensus/smartbft/util.go); 100 KiB are left for
 * endorsements and headers. Whoever puts batches together and the contract keep to the same limits.
 */
export const mostTransactionBytes = 400 * 1024

/** Ballots of one transaction. */
export const mostBallotsAtOnce = 200

/** Bytes of all ballots of one transaction. Besides its bytes an accepted ballot writes keys, its tracker, an event and a verdict: up to 850 more. */
export const mostBallotBytesAtOnce = 256 * 1024

/** Issuances of one transaction, whatever their size. */
export const mostIssuancesAtOnce = 200

/**
 * Issuances of one transaction in an election with so many people on its roll: each stands in the argument and in the
 * write set, with a path of up to log2(size) nodes.
 */
export function mostIssuancesFor (rollSize: number): number {
  const path = Math.ceil(Math.log2(Math.max(rollSize, 2)))
  return Math.min(mostIssuancesAtOnce, Math.floor(mostTransactionBytes / (2 * (issuanceBytes + path * pathNodeBytes) + keyBytes)))
}

/** JSON of a signed issuance without its path. */
const issuanceBytes = 450
/** 64 digits, two quotes, a comma. */
const pathNodeBytes = 67
/** The key, as it was read and as it is written. */
const keyBytes = 350
