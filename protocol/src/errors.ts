/**
 * The one catalogue of expected failures: a stable code, the HTTP status the
 * gateway answers with, and a sentence for people. Clients key on the code.
 * What must never happen is thrown as a plain `Error` instead.
 */
export const errorCatalogue = {
  // the shape of input
  'input.malformed': [400, 'The input is not of the expected form'],
  'input.not-canonical': [400, 'The encoding is not the canonical one'],
  'input.too-large': [413, 'The input is too large'],
  'input.media-type': [415, 'This media type is not taken here'],
  'input.address': [404, 'There is nothing at this address'],
  'input.key-reused': [422, 'This idempotency key came with another request before'],

  // who may do what
  'access.unauthenticated': [401, 'No valid API key or code was given'],
  'access.role': [403, 'This identity does not hold the role the transaction needs'],
  'access.msp': [403, 'This identity belongs to another member than the definition names'],
  'access.signature': [403, 'The signature of the named key is missing or wrong'],
  'access.tenant': [403, 'The API key belongs to another tenant'],
  'access.rate': [429, 'Too many requests came from this address; try again later'],

  // elections
  'election.unknown': [404, 'There is no such election'],
  'election.exists': [409, 'This election has been announced already'],
  'election.definition': [422, 'The definition of the election is not valid'],
  'election.not-honoured': [422, 'The definition asks for something this version does not do yet'],
  'election.state': [409, 'The election is not in a state that allows this'],
  'election.too-early': [409, 'It is too early for this'],
  'election.too-late': [409, 'It is too late for this'],
  'election.early-close': [409, 'The definition does not allow closing before the closing time'],
  'election.not-ready': [409, 'Something that has to come first is missing'],
  'clock.skew': [409, 'The timestamp of the transaction is too far from the clock of the endorser'],

  // directory
  'directory.entry': [422, 'The directory entry is not valid'],
  'directory.full': [409, 'The member has as many entries of this kind in the directory as it may have'],
  'directory.differs': [409, 'Gateways show different keys of the same member'],
  'directory.sequence': [409, 'The directory holds an entry of this key that is as new or newer'],

  // roll and registrars
  'roll.malformed': [422, 'The roll is not valid'],
  'roll.root': [409, 'The root of the roll is not the one in the definition'],
  'registrar.unknown': [404, 'The definition names no such registrar'],
  'registrar.key': [422, 'The registrar key is not acceptable'],
  'registrar.proof': [422, 'The proof that the registrar key is a permutation does not hold'],
  'registrar.key-reused': [409, 'This RSA modulus has been used before'],
  'registrar.exists': [409, 'This registrar has done this already'],
  'issuance.exists': [409, 'A credential has been issued for this place on the roll already, and each gets one'],
  'issuance.leaf': [422, 'The leaf is not at this place of the roll'],
  'issuance.not-found': [404, 'There is no issuance for this place on the roll'],

  // key ceremony
  'trustee.unknown': [404, 'The definition names no such trustee'],
  'ceremony.exists': [409, 'This trustee has posted this message already'],
  'ceremony.order': [409, 'This message belongs to another round of the ceremony'],
  'ceremony.commitment': [422, 'The contribution is not the one committed to'],
  'ceremony.proof': [422, 'A proof of the key ceremony does not hold'],
  'ceremony.complaint': [422, 'The share fits the commitments of its dealer: the complaint is groundless'],
  'trustee.disqualified': [409, 'This trustee was disqualified in the key ceremony'],
  'ceremony.share': [422, 'The share does not match the commitments of its dealer'],

  // trial decryption
  'trial.exists': [409, 'This trustee has decrypted on trial already'],
  'trial.proof': [422, 'A proof of the trial decryption does not hold'],

  // ballots
  'ballot.malformed': [422, 'The ballot is not a canonical encoding'],
  'ballot.election': [422, 'The ballot belongs to another election or class'],
  'ballot.credential': [422, 'The credential does not carry the signature of every registrar'],
  'ballot.draw': [422, 'The ballot holds other options than those drawn for its credential'],
  'ballot.signature': [422, 'The signature of the credential is wrong'],
  'ballot.proof': [422, 'A proof of the ballot does not hold'],
  'ballot.opening': [422, 'The opened ballot does not hold what is said of it'],
  'ballot.credential-used': [409, 'Another ballot has been cast with this credential'],
  'ballot.recorded': [409, 'This very ballot stands in the box already'],
  'ballot.unknown': [404, 'There is no such ballot in the box'],
  'ballot.none-accepted': [422, 'No ballot of the batch was accepted'],
  'ballot.not-cast': [409, 'The ballot missed the close of the voting: it was not cast'],
  'check.exists': [409, 'This voter has said so already'],

  // count
  'count.finished': [409, 'The count is complete already'],
  'root.exists': [409, 'This trustee has signed the root of the box already'],
  'root.too-few': [409, 'Too few trustees have signed the root of the box'],
  'root.sources-differ': [409, 'Members do not show the same election'],
  'decryption.exists': [409, 'This trustee has posted its partial decryption already'],
  'decryption.pools': [409, 'These are not the sums that may be decrypted'],
  'decryption.proof': [422, 'A proof of the partial decryption does not hold'],
  'decryption.root': [409, 'The partial decryption is for another ballot box'],
  'decryption.withheld': [409, 'Too few ballots were cast: nothing is decrypted'],
  'result.unknown': [404, 'There is no result yet'],

  // receipts
  'receipt.signature': [422, 'The signature of the receipt is wrong'],
  'receipt.statements': [422, 'Too few different members signed the receipt'],
  'receipt.missing': [504, 'No gateway gave a receipt: whether the ballot is in the box is not known'],

  // what a voter keeps
  'recovery.malformed': [422, 'This is not a recovery file of this version'],
  'recovery.sealed': [403, 'The recovery file does not open: the passphrase is another, or the file was changed'],
  'recovery.election': [409, 'The recovery file belongs to another election'],

  // the ledger
  'ledger.conflict': [409, 'Another transaction changed the same keys first'],
  'ledger.unavailable': [503, 'The ledger cannot be reached at the moment'],
  'ledger.timeout': [504, 'The ledger did not answer in time'],
  'ledger.refused': [502, 'The ledger refused the transaction'],
  'ledger.record': [500, 'A record on the ledger is not of the form it was written in'],

  // services
  'service.failed': [500, 'Something failed inside this service'],
  'service.busy': [503, 'The service has as much to do as it can; try again shortly, or elsewhere'],
  'service.storage': [503, 'The service cannot write to its disk: nothing was accepted'],
  'service.unreachable': [503, 'The service cannot be reached'],
  'service.answer': [502, 'The service answered in an unexpected form'],
} as const satisfies Record<string, readonly [status: number, message: string]>

export type ErrorCode = keyof typeof errorCatalogue

/** An expected failure: it carries a code of the catalogue and, if useful, what exactly was wrong. */
export class ScrutinError extends Error {
  override readonly name = 'ScrutinError'
  readonly code: ErrorCode
  /** What exactly was wrong, for people; never a secret, never a choice. */
  readonly detail: string | undefined

  constructor (code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? errorCatalogue[code][1] : `${errorCatalogue[code][1]}: ${detail}`, options)
    this.code = code
    this.detail = detail
  }

  get status (): number {
    return errorCatalogue[this.code][0]
  }
}

export function isErrorCode (value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value)
}
