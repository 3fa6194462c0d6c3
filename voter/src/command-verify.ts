/** `scrutin verify TRACKER`: is my ballot in the box, and counted? */
import { Command } from 'commander'
import { isHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { GatewayClient } from './gateway-client.ts'
import { readVerifiedElection } from './verified-election.ts'
import { verifyTracker } from './verify-tracker.ts'

interface Options { readonly gateway: string, readonly election: string, readonly json?: true }

export function verifyCommand (): Command {
  return new Command('verify').description('look a ballot up by its tracker and check it, among others that begin alike; ask another member than the one you cast through')
    .argument('<tracker>', 'as the receipt names it')
    .requiredOption('--gateway <url>', 'a gateway of any member')
    .requiredOption('--election <id>', 'id of the election')
    .option('--json', 'print one JSON object')
    .action(async (text: string, { gateway: url, election: id, json }: Options) => {
      const tracker = text.trim().toLowerCase()
      if (!isHex(tracker, 32)) throw new ScrutinError('input.malformed', 'a tracker has 64 digits from 0 to 9 and a to f')
      const gateway = new GatewayClient(url)
      const ballot = await verifyTracker(gateway, await readVerifiedElection(gateway, id), tracker)
      const sentence = {
        counted: `This ballot stands in block ${ballot.blockNumber}, its proofs hold, and it was counted: the trustees signed the box that holds it.`,
        recorded: `This ballot stands in block ${ballot.blockNumber} and its proofs hold. The election is ${ballot.status}.`,
        absent: 'No ballot with this tracker is in the box of this member.',
      }[ballot.standing]
      console.log(json ? JSON.stringify({ tracker, ...ballot }) : sentence)
      if (ballot.standing === 'absent') process.exitCode = 1
    })
}
