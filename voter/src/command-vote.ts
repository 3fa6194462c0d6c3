/** `scrutin vote` and `scrutin cast`: from codes to a receipt, in a terminal. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { ballotTracker } from '../../protocol/src/ballot-encoding.ts'
import { type CastBallot, castBallot, castingOrder } from './cast-ballot.ts'
import { askAnswers } from './command-ask.ts'
import { GatewayClient } from './gateway-client.ts'
import { parseAnswers } from './parse-answers.ts'
import { meetElection, vote } from './vote.ts'

interface Options {
  readonly gateway: readonly string[]
  readonly election: string
  readonly code?: readonly string[]
  readonly codeFile?: string
  readonly answer?: readonly string[]
  readonly locale: string
  readonly receipt?: string
  readonly json?: true
}

export function voteCommand (): Command {
  return new Command('vote').description('vote: obtain a credential with your codes, encrypt, cast, and keep the receipt')
    .requiredOption('--gateway <url...>', 'asked about the election; the ballot then goes through a member that is no registrar of it. With several: through these, in this order')
    .requiredOption('--election <id>', 'id of the election')
    .option('--code <code...>', 'your codes, in the order of the registrars; other users of this machine can see them here')
    .option('--code-file <file>', 'file with one code a line; or set SCRUTIN_CODES, codes between commas')
    .option('--answer <question=options...>', 'question=option,option or question=blank; without it you are asked')
    .option('--locale <locale>', 'language of the questions', defaultLocale())
    .option('--receipt <file>', 'keep the receipt in a new file')
    .option('--json', 'print one JSON object')
    .action(async (options: Options) => {
      const codes = readCodes(options)
      const say = (text: string): void => { process.stderr.write(text + '\n') }
      const gateways = options.gateway.map((url) => new GatewayClient(url))
      const atHand = await meetElection(gateways[0]!, options.election)
      const { definition } = atHand.election
      const answers = options.answer === undefined ? await askAnswers(definition, options.locale) : parseAnswers(definition, options.answer)
      let sealed: Uint8Array | undefined
      try {
        const cast = await vote(atHand, codes, answers, {
          gateways: gateways.length > 1 ? gateways : [...castingOrder(atHand.election, atHand.directory), ...gateways],
          onWaiting: (seconds) => { say(`Waiting for others, so that the time points at nobody; asking again in ${seconds} s.`) },
          onFilled: (tracker) => { say(`Tracker ${tracker}`) },
          onSealed: (bytes) => { sealed = bytes },
          onAttempt: ({ url }) => { say(`Casting through ${url} …`) },
        })
        showReceipt(cast, castingOrder(atHand.election, atHand.directory), options)
      } catch (error) {
        if (sealed !== undefined && error instanceof ScrutinError && error.code === 'receipt.missing') say(keepBallot(sealed, options.election))
        throw error
      }
    })
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
      const { election, directory } = await meetElection(gateways[0]!, options.election)
      const cast = await castBallot(election, directory, gateways, bytes, ballotTracker(bytes, election.rules.questions))
      showReceipt(cast, castingOrder(election, directory), options)
    })
}

/** `others` are gateways that might be asked, of whom one that did not take the ballot is named. */
function showReceipt ({ receipt, gateway }: CastBallot, others: readonly GatewayClient[], options: Pick<Options, 'receipt' | 'json'>): void {
  const elsewhere = others.find(({ url }) => url !== gateway.url)?.url ?? 'URL'
  // wx: an older receipt is not overwritten
  if (options.receipt !== undefined) writeFileSync(options.receipt, JSON.stringify(receipt, undefined, 2) + '\n', { mode: 0o600, flag: 'wx' })
  if (options.json) console.log(JSON.stringify({ tracker: receipt.tracker, gateway: gateway.url, receipt }))
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

/** The language of the environment; "C" and "POSIX" are none. */
function defaultLocale (): string {
  return /^[a-z]{2}(?=[_.-]|$)/.exec(process.env['LANG'] ?? '')?.[0] ?? 'fr'
}

function readCodes ({ code, codeFile }: Options): string[] {
  const text = code?.join(',') ?? (codeFile === undefined ? process.env['SCRUTIN_CODES'] : readFileSync(codeFile, 'utf8'))
  const codes = text?.split(/[,\n]/).map((part) => part.trim()).filter(Boolean) ?? []
  if (codes.length === 0) throw new ScrutinError('input.malformed', 'give your codes with --code, --code-file or SCRUTIN_CODES')
  return codes
}
