/** `scrutin vote` and `scrutin cast`: from codes to a receipt, in a terminal. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { drawOf } from '../../protocol/src/asked-question.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Answer } from '../../protocol/src/kinds/kinds.ts'
import { ballotTracker } from '../../protocol/src/ballot-encoding.ts'
import { type CastBallot, castBallot, castingOrder } from './cast-ballot.ts'
import { askAnswers, askChoice, assertTerminal } from './command-ask.ts'
import { writeCheckFile } from './command-check.ts'
import { defaultLocale } from './command-locale.ts'
import { codesFor, openRecovery, type RecoveryOptions, withCodes, withRecovery } from './command-recovery.ts'
import { GatewayClient } from './gateway-client.ts'
import { parseAnswers } from './parse-answers.ts'
import { type AskVoter, type Decision, type ElectionAtHand, meetElection, vote } from './vote.ts'

interface Options extends RecoveryOptions {
  readonly gateway: readonly string[]
  readonly election: string
  readonly code?: readonly string[]
  readonly codeFile?: string
  readonly answer?: readonly string[]
  readonly check?: string | true
  readonly checkOnly?: true
  readonly yes?: true
  readonly locale: string
  readonly receipt?: string
  readonly json?: true
}

/** What a voter left with; nothing has failed. */
class VoterLeft extends Error {}

interface Checked { readonly tracker: string, readonly file: string }

export function voteCommand (): Command {
  const command = new Command('vote').description('vote: obtain a credential with your codes, encrypt, check if you like, cast, and keep the receipt')
    .requiredOption('--gateway <url...>', 'asked about the election; the ballot then goes through a member that is no registrar of it. With several: through these, in this order, and they have to agree on whose keys are whose')
    .requiredOption('--election <id>', 'id of the election')
    .option('--answer <question=options...>', 'question=option,option, question=yes, question=option=number,option=number, question=candidate=grade,candidate=grade, or question=blank; where options are drawn, about all of them; without it you are asked')
    .option('--check [file]', 'open the first encryption into this file, for `scrutin check` on a second device; then go on with another')
    .option('--check-only', 'open one encryption and leave without casting; needs --recovery')
    .option('--yes', 'cast without asking; without a terminal nobody is asked')
    .option('--locale <locale>', 'language of the questions', defaultLocale())
    .option('--receipt <file>', 'keep the receipt in a new file')
  return withRecovery(withCodes(command))
    .action(async (options: Options) => {
      if (options.checkOnly && options.recovery === undefined) throw new ScrutinError('input.malformed', 'with --check-only the credential would be lost: keep it with --recovery')
      const recovery = await openRecovery(options)
      const codes = codesFor(options, recovery.resume)
      const gateways = options.gateway.map((url) => new GatewayClient(url))
      const atHand = await meet(gateways, options.election)
      const { definition } = atHand.election
      const answers = options.answer === undefined ? await askOrLater(definition, options) : parseAnswers(definition, options.answer)
      const checked: Checked[] = []
      let sealed: Uint8Array | undefined
      try {
        const cast = await vote(atHand, codes, answers, {
          ...recovery,
          gateways: gateways.length > 1 ? gateways : [...castingOrder(atHand.election, atHand.directory), ...gateways],
          onWaiting: (seconds) => { say(`Waiting for others, so that the time points at nobody; asking again in ${seconds} s.`) },
          onFilled: (tracker) => { say(`Tracker ${tracker}`) },
          decide: async () => await decide(options, checked),
          onOpened: async (file) => {
            const name = typeof options.check === 'string' && checked.length === 0 ? options.check : `check-${file.tracker.slice(0, 8)}.json`
            writeCheckFile(file, name)
            checked.push({ tracker: file.tracker, file: name })
          },
          onSealed: (bytes) => { sealed = bytes },
          onAttempt: ({ url }) => { say(`Casting through ${url} …`) },
        })
        showReceipt(cast, castingOrder(atHand.election, atHand.directory), options, checked)
      } catch (error) {
        if (error instanceof VoterLeft) {
          showLeft(options, checked)
          return
        }
        if (sealed !== undefined && error instanceof ScrutinError && error.code === 'receipt.missing') say(keepBallot(sealed, options.election))
        throw error
      }
    })
}

/** Only gateways that the voter knows beforehand are worth comparing: a false directory would name false ones. */
async function meet ([first, ...others]: readonly GatewayClient[], electionId: string): Promise<ElectionAtHand> {
  const atHand = await meetElection(first!, electionId, { others })
  const { sources } = atHand.directory
  if (sources <= others.length) say(`Only ${sources} of ${others.length + 1} gateways tells whose keys are whose, and is believed in it.`)
  return atHand
}

/** Before anything that can't be taken back, unless only the credential says what is asked. */
async function askOrLater (definition: Definition, { locale, recovery }: Options): Promise<Answer[] | AskVoter> {
  if (definition.questions.every((question) => drawOf(question) === undefined)) return await askAnswers(definition, definition.questions, locale)
  assertTerminal()
  say('Which options you are asked about follows from your credential, so it is obtained first.' +
    (recovery === undefined ? ' Without --recovery it is lost if you leave then.' : ''))
  return async (asked) => await askAnswers(definition, asked, locale)
}

function say (text: string): void {
  process.stderr.write(text + '\n')
}

/** The tracker has been shown: only now the device learns whether it will have to show what it encrypted. */
async function decide (options: Options, checked: readonly Checked[]): Promise<Decision> {
  const wanted = options.check !== undefined || options.checkOnly === true
  if (wanted && checked.length === 0) return 'check'
  if (options.checkOnly) throw new VoterLeft()
  if (options.yes || !process.stdin.isTTY) return 'cast'
  const chosen = await askChoice('Check this encryption on a second device, cast it, or quit?', ['check', 'cast', 'quit'])
  if (chosen !== 'quit') return chosen
  if (options.recovery === undefined &&
    await askChoice('The registrars give you no second credential, and without --recovery this one is lost. Quit all the same?', ['no', 'yes']) === 'no') return await decide(options, checked)
  throw new VoterLeft()
}

function showLeft (options: Options, checked: readonly Checked[]): void {
  if (options.json) console.log(JSON.stringify({ cast: false, checked }))
  else console.log(options.recovery === undefined ? 'Nothing was cast.' : `Nothing was cast. Your credential is kept in ${options.recovery}.`)
}

/** `scrutin cast`: the same ballot again, when there was no receipt. */
export function castCommand (): Command {
  return new Command('cast').description('cast a ballot again that `vote` kept because no receipt came; the same ballot counts once only')
    .argument('<ballot>', 'the file that `vote` named')
    .requiredOption('--gateway <url...>', 'gateways, tried in this order')
    .requiredOption('--election <id>', 'id of the election')
    .option('--receipt <file>', 'keep the receipt in a new file')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: Pick<Options, 'gateway' | 'election' | 'receipt' | 'json'>) => {
      const bytes = new Uint8Array(readFileSync(file))
      const gateways = options.gateway.map((url) => new GatewayClient(url))
      const { election, directory } = await meet(gateways, options.election)
      const cast = await castBallot(election, directory, gateways, bytes, ballotTracker(bytes, election.rules.questions))
      showReceipt(cast, castingOrder(election, directory), options)
    })
}

/** `others` are gateways that might be asked, of whom one that did not take the ballot is named. */
function showReceipt ({ receipt, gateway }: CastBallot, others: readonly GatewayClient[], options: Pick<Options, 'receipt' | 'json'>, checked: readonly Checked[] = []): void {
  const elsewhere = others.find(({ url }) => url !== gateway.url)?.url ?? 'URL'
  // wx: an older receipt is not overwritten
  if (options.receipt !== undefined) writeFileSync(options.receipt, JSON.stringify(receipt, undefined, 2) + '\n', { mode: 0o600, flag: 'wx' })
  if (options.json) console.log(JSON.stringify({ cast: true, tracker: receipt.tracker, gateway: gateway.url, receipt, checked }))
  else {
    console.log(`Your ballot is in the box, in block ${receipt.blockNumber}. Its tracker is\n${receipt.tracker}\n` +
      `It shows that the ballot is there, never what it says. Look it up at any other member's gateway:\nnpx scrutin verify ${receipt.tracker} --election ${receipt.electionId} --gateway ${elsewhere}`)
  }
}

/** Without a receipt the ballot may or may not be in the box: it can be sent again as it is, and only so. */
function keepBallot (bytes: Uint8Array, electionId: string): string {
  const file = `ballot-${electionId.slice(0, 8)}-${Date.now()}.scrutin`
  writeFileSync(file, bytes, { mode: 0o600, flag: 'wx' })
  return `There is no receipt. Your ballot is kept in ${file}: cast it again with\nnpx scrutin cast ${file} --gateway URL --election ${electionId}`
}
