/** `scrutin check FILE`: on a second device, whether a ballot that was opened holds what was chosen. */
import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { parseBlockBundleHeader } from '../../protocol/src/block-bundle.ts'
import { maxBundleLineLength } from '../../protocol/src/bundle.ts'
import { splitLines } from '../../protocol/src/bundle-reader.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { kindOf } from '../../protocol/src/kinds/kinds.ts'
import { type CheckFile, parseCheckFile, verifyCheckFile } from '../../protocol/src/opened-ballot.ts'
import { textOf } from './command-ask.ts'
import { defaultLocale } from './command-locale.ts'
import { GatewayClient } from './gateway-client.ts'
import { readVerifiedElection, type VerifiedElection, verifyFront } from './verified-election.ts'

interface Options {
  readonly gateway?: string
  readonly bundle?: string
  readonly tracker?: string
  readonly locale: string
  readonly json?: true
}

export function checkCommand (): Command {
  return new Command('check').description('check a ballot that `vote` opened: run it on a second device, with the keys from another member or from disk')
    .argument('<file>', 'the check file')
    .option('--gateway <url>', 'a gateway of another member than the one you vote through: asked for the election and its keys')
    .option('--bundle <file>', 'the records of the election, saved before from a gateway\'s /v1/elections/ID/records, for a device without network')
    .option('--tracker <tracker>', 'as the first device showed it before you chose to check')
    .option('--locale <locale>', 'language of the questions', defaultLocale())
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Options) => {
      const file = parseCheckFile(readFileSync(name, 'utf8'))
      const election = await readElection(file, options)
      const { definition } = election
      const { tracker, asked, answers } = verifyCheckFile(election.rules, definition.questions, file)
      const noted = options.tracker?.trim().toLowerCase()
      if (noted !== undefined && noted !== tracker) throw new ScrutinError('ballot.opening', 'another tracker was shown before: the device opened another ballot than it had made')
      if (options.json) {
        console.log(JSON.stringify({ electionId: election.id, tracker, answers: definition.questions.map(({ id }, q) => ({ question: id, answer: answers[q]! })) }))
        return
      }
      const chosen = asked.map((question, q) => `${textOf(question.title, options.locale)}\n  ${kindOf(question).describe(question, answers[q]!, (texts) => textOf(texts, options.locale))}`)
      console.log(`The ballot with the tracker\n${tracker}\nholds exactly this:\n\n${chosen.join('\n')}\n\n` +
        (noted === undefined ? 'Is this the tracker that the other device showed before you chose to check, and is this what you chose? If not, do not vote on that device.' : 'Is this what you chose? If not, do not vote on that device.'))
    })
}

async function readElection (file: CheckFile, { gateway, bundle }: Options): Promise<VerifiedElection> {
  if ((gateway === undefined) === (bundle === undefined)) throw new ScrutinError('input.malformed', 'say where the keys come from: --gateway URL of another member, or --bundle FILE')
  if (gateway !== undefined) return await readVerifiedElection(new GatewayClient(gateway), file.electionId)
  await refuseBlocks(bundle!)
  return await verifyFront(bundleLines(bundle!), file.electionId)
}

function bundleLines (name: string): AsyncGenerator<string> {
  return splitLines(createReadStream(name, 'utf8'), maxBundleLineLength)
}

/** A gateway on Fabric gives the ledger's blocks at another address: what they hold, this room can't read out of them. */
async function refuseBlocks (name: string): Promise<void> {
  const lines = bundleLines(name)
  const first = await lines.next()
  await lines.return(undefined)
  if (first.done !== true && parseBlockBundleHeader(first.value) !== undefined) {
    throw new ScrutinError('input.malformed', `${name} holds the ledger's blocks, which \`auditor verify\` reads; for a check, save the election's records: curl -o ${name} URL/v1/elections/ID/records`)
  }
}

/** Writes what was opened for the second device, in a new file, and says what to do with it. */
export function writeCheckFile (file: CheckFile, name: string): void {
  // wx: what an earlier check showed is not overwritten
  writeFileSync(name, `${JSON.stringify(file)}\n`, { mode: 0o600, flag: 'wx' })
  process.stderr.write(`Opened into ${name}; this ballot is thrown away. On a second device, with the keys from another member, run\n` +
    `npx scrutin check ${name} --tracker ${file.tracker} --gateway URL\n`)
}
