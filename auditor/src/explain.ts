/** What each check proves, and what a pass does not: for `auditor explain`. */
import { type ChainCheckName, chainCheckNames } from '../../chain/src/chain-report.ts'
import { type CheckName, checkNames } from '../../protocol/src/verification-report.ts'
import { copiesCheckName } from './compare-copies.ts'

const chainChecks: Readonly<Record<ChainCheckName, string>> = {
  'chain.format': 'The blocks come whole and in order from the first one on, without a gap.',
  'chain.anchor': 'The first block is the one the anchor names: it is this consortium\'s chain, if your anchor comes from several members. With `latest` or --min-height: it reaches at least so far.',
  'chain.configuration': 'Who the members are, who orders and who must endorse stands in the first block, and is changed only as the members\' own rules allow.',
  'chain.hashes': 'Each block holds the transactions that its header names and follows the block before it: nothing was left out, put in or moved.',
  'chain.orderers': 'Each block was signed by enough different orderers. With BFT and four members, three of four: two versions of a block would need two orderers that sign both. With Raft it is one signature a block: any one orderer could sign another version.',
  'chain.transactions': 'Each transaction counted as valid was sent by a member\'s certificate, and what was endorsed is what was sent. No transaction counts twice.',
  'chain.certificates': 'The certificates of those who sent, endorsed and ordered what is recorded had not expired, by the transactions\' own times; what a minority too small to matter used after its time is noted. A revocation shows only in the configuration.',
  'chain.endorsements': 'The peers of a majority of the members executed each transaction and signed the same outcome.',
  'chain.versions': 'Each transaction had read the latest state before it wrote: no ballot slipped in after the close, no credential was used twice at the same moment.',
  'chain.flags': 'The peer that gave the blocks judged every transaction as this program does. Nobody signs its judgement, and nothing here is built on it.',
  'chain.contract': 'Only one contract writes, by definitions that a majority of the members approved. Which program each member runs as its contract, the chain does not show.',
  'chain.writes': 'Every record written is one that SPEC.md explains, by someone who may write it, at a time when it may be written. Nothing was deleted or rewritten. What fails here is named with the members whose peers endorsed it.',
  'chain.issuances': 'At no block were there more ballots than credentials issued before, for any registrar: no ballot was there before its credential.',
}

const electionChecks: Readonly<Record<CheckName, string>> = {
  'bundle.format': 'The records of the election are all there, in order, and none besides.',
  definition: 'What is voted on, when, and by whose keys: its hash is the election\'s id, so that a changed word is another election.',
  state: 'How far the election is.',
  ceremony: 'The trustees made the keys together, each proving its part: no one of them knows the election\'s key, unless enough of them work together.',
  keys: 'The keys that ballots are encrypted with are the ones the trustees made.',
  trials: 'Before voting was opened, each trustee showed that it holds its share.',
  registrars: 'The registrars agreed on the roll, and each brought a key of its own.',
  opening: 'Voting was opened with just these keys.',
  issuances: 'Each credential was issued by each registrar for a place on the roll, and signed by it.',
  ballots: 'Each ballot carries a credential from every registrar, is signed with it, and holds an allowed answer: shown by proofs, without opening it.',
  trackers: 'Each ballot can be found by its tracker.',
  'issuances-cover-ballots': 'There are no more ballots than credentials.',
  'box-root': 'The count went over exactly these ballots, each once.',
  sums: 'The encrypted sums are those of these ballots.',
  'root-statements': 'Each trustee who decrypted had signed the root of just this box, and so had as many as are needed to decrypt.',
  decryptions: 'What each trustee decrypted are these sums, by its own share.',
  result: 'The result is what the trustees\' decryptions give.',
  'void-votes': 'If the election was declared void, a majority of the members did so.',
}

const copiesProves = 'Several members hold the same blocks, as far as the line says: none of them was shown another version of the chain. Only with several bundles or peers.'

const limits = [
  'A pass does not show who a voter is, or that the roll holds the right people: the registrars answer for that together.',
  'It does not show that a voter\'s device encrypted what was chosen: check a ballot before casting for that.',
  'It does not show that nobody was coerced, or that trustees did not decrypt single ballots together: t of them could.',
  'It does not show that the blocks go on no further: give several members\' bundles or peers, and compare the last block\'s number and hash with still others.',
  'Times are the senders\' claims, held by the endorsers to within a minute of their clocks. A majority of dishonest members could bend them.',
  'A majority of the members acting together can write what their contract would refuse: then a check here fails, and says where.',
  'With Raft instead of BFT one orderer signs a block: each of them could sign two versions. Compare several members\' copies.',
  'Without an anchor it shows that the records fit together, and not that they are the consortium\'s.',
]

/** One entry a check, in the order of the report, then what no check shows. */
export function explanation (): { checks: { name: string, proves: string }[], limits: readonly string[] } {
  return {
    checks: [
      ...chainCheckNames.map((name) => ({ name, proves: chainChecks[name] })),
      ...checkNames.map((name) => ({ name, proves: electionChecks[name] })),
      { name: copiesCheckName, proves: copiesProves },
    ],
    limits,
  }
}

export function explanationLines (): string[] {
  const { checks } = explanation()
  return [
    'What each check shows when it passes. Those that begin with "chain." need whole blocks.', '',
    ...checks.flatMap(({ name, proves }) => [name, `    ${proves}`]), '',
    'What a pass does not show:', '',
    ...limits.map((limit) => `  - ${limit}`),
  ]
}
