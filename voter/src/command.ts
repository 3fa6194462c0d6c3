/** The parts of the `scrutin` command that go over REST: for voters and for organisers. */
export { organiserCommands } from './command-organise.ts'
export { verifyCommand } from './command-verify.ts'
export { castCommand, voteCommand } from './command-vote.ts'
