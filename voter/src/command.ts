/** The parts of the `scrutin` command that go over REST: for voters and for organisers. */
export { checkCommand } from './command-check.ts'
export { organiserCommands } from './command-organise.ts'
export { credentialCommand, recoverCommand } from './command-recovery.ts'
export { verifyCommand } from './command-verify.ts'
export { castCommand, voteCommand } from './command-vote.ts'
