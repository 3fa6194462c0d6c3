/** What page and worker say to each other. The page holds no key: it sends codes and answers, and gets what is to be shown. */
import type { Definition, Question } from '../../../protocol/src/definition.ts'
import type { ErrorCode } from '../../../protocol/src/errors.ts'
import type { Answer } from '../../../protocol/src/kinds/kinds.ts'
import type { CheckFile } from '../../../protocol/src/opened-ballot.ts'
import type { Receipt } from '../../../protocol/src/receipt.ts'
import type { ElectionStatus } from '../../../protocol/src/records.ts'
import type { TrackedBallot } from '../../../voter/src/verify-tracker.ts'

/** Where this device stands in an election. */
export type Standing =
  /** No credential yet; of one that was begun, which registrars have signed. */
  | { readonly step: 'identity', readonly signed: readonly boolean[] }
  | { readonly step: 'ballot' }
  /** The ballot is signed and kept until there is a receipt: what it says is forgotten. */
  | { readonly step: 'sealed', readonly tracker: string }
  | { readonly step: 'voted', readonly receipt: Receipt, readonly gateway: string }

export interface RegistrarView {
  readonly mspId: string
  /** Where the person signs in: another origin than those that take ballots. */
  readonly url: string
  readonly way: Definition['registrars'][number]['identifies']['way']
}

export interface ElectionView {
  readonly id: string
  readonly definition: Definition
  /** As the gateway says; what may be cast, the contract decides. */
  readonly status: ElectionStatus
  readonly registrars: readonly RegistrarView[]
  /** Of the members, as the directory names them: any can be asked for a ballot. */
  readonly gateways: readonly { readonly mspId: string, readonly url: string }[]
  readonly standing: Standing
}

export interface PauseSeconds { readonly least: number, readonly most: number }

/** The methods of the worker, each answered once. */
export interface BoothCalls {
  /** Reads the election and checks what it proves of itself; `undefined` takes the one that `booth.json` names. */
  meet (baseUrl: string, electionId: string | undefined): Promise<ElectionView>
  /** Whether the registrar knows this code. */
  identify (registrar: number, code: string): Promise<void>
  /**
   * One code per registrar; those of registrars that have signed already are not used. Returns the questions as this voter is
   * asked: where options are drawn, with those drawn.
   */
  obtain (codes: readonly string[]): Promise<readonly Question[]>
  /** Encrypts and proves; the tracker is shown before it is decided what becomes of the ballot. */
  fill (answers: readonly Answer[]): Promise<{ readonly tracker: string }>
  /** Shows what was encrypted, and throws it away. */
  open (): Promise<CheckFile>
  /** Signs the ballot and keeps it; another one that was sealed before stays the only one. */
  seal (): Promise<{ readonly tracker: string }>
  /** Sends what was sealed, after a pause, until there is a receipt. */
  cast (): Promise<{ readonly receipt: Receipt, readonly gateway: string }>
  /** Looks a ballot up at a member's gateway, which does not learn which of several is meant; all that it shows is computed again here. */
  lookUp (tracker: string, gatewayUrl: string): Promise<TrackedBallot>
  /** The credential as a file under a passphrase. */
  recoveryFile (passphrase: string): Promise<string>
  recover (text: string, passphrase: string): Promise<Standing>
  /** Removes all that this device holds of the election. */
  forget (): Promise<void>
}

export type Call = { readonly [Name in keyof BoothCalls]: { readonly number: number, readonly name: Name, readonly args: Parameters<BoothCalls[Name]> } }[keyof BoothCalls]

/** What happens meanwhile. */
export type BoothEvent =
  | { readonly event: 'waiting', readonly seconds: number }
  | { readonly event: 'pausing', readonly seconds: number }
  | { readonly event: 'attempt', readonly gateway: string }

export interface Failure { readonly code: ErrorCode | 'failed', readonly detail: string | undefined }

export type Reply =
  | { readonly number: number, readonly result: unknown }
  | { readonly number: number, readonly failure: Failure }

export type FromWorker = Reply | BoothEvent
