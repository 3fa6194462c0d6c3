/** The real network, with a stand-in for the contract: four members, brought up, tried, stopped, resumed, removed. */
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { access, cp, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contract } from 'fabric-network'
import t from 'tap'
import { parseAnchor } from '../../chain/src/anchor.ts'
import { openBlockSource, type PeerConfig } from '../../ledger/src/block-source.ts'
import { readPeerConfig } from '../../ledger/src/read-peer-config.ts'
import { anchorText, blockHash, readAnchor } from '../src/anchor.ts'
import { giveAuditorIdentity } from '../src/auditor-identity.ts'
import { bringDown, reset } from '../src/bring-down.ts'
import { bringUp, type BringUpOptions, type RunningMember, type RunningNetwork } from '../src/bring-up.ts'
import type { ScrutinRole } from '../src/enrolment.ts'
import { findFabricBinaries } from '../src/fabric-binaries.ts'
import { layoutOf, memberFolders } from '../src/layout.ts'
import { publicTlsRoot, tlsFiles } from '../src/member-material.ts'
import { NetworkError } from '../src/network-error.ts'
import { portsOfMember } from '../src/ports.ts'
import { processState } from '../src/processes.ts'
import { printed, silent } from '../src/progress.ts'
import { runProgram } from '../src/run-program.ts'
import { readCommonBlock, readStatus } from '../src/status.ts'
import { withGateway } from './support/fabric-client.ts'
import { killProcesses } from './support/kill-processes.ts'
import { misplacedSecrets, processFolders, secretsWithin, type Secret } from './support/secrets.ts'

const temporary = await mkdtemp(join(tmpdir(), 'scrutin-network-'))
const dataFolder = join(temporary, 'network')
const options: BringUpOptions = {
  dataFolder,
  portBase: 21000,
  chaincodeFolder: join(import.meta.dirname, 'fixtures/stand-in-contract'),
  services: false,
  progress: printed(),
}
t.setTimeout(300_000)
t.teardown(async () => {
  await reset({ dataFolder })
  await rm(temporary, { recursive: true })
})

/** When the command dies, with all that it has started: so long after this step is done. */
const deaths: readonly (readonly [after: string, milliseconds: number])[] = [
  ['', 2500], // while the CAs certify
  ['Certificate authorities', 600], // while orderers and peers start
  ['Orderers, peers and contracts', 150], // while they join
  ['Joining the channel', 100], // while contracts are installed
  ['Orderers, peers and contracts', 1000], // while they are approved
  ['Orderers, peers and contracts', 2000], // while they are committed
]
const members = ['universite-a', 'universite-b', 'ville-c', 'ville-d']
const survivors: (string | undefined)[] = []

const network = await comeUpInTheEnd().catch(async (error: unknown) => {
  console.error(error instanceof NetworkError ? error.explain() : error)
  await reset({ dataFolder })
  await rm(temporary, { recursive: true })
  throw error
})
const [first, second, , last] = network.members
if (first === undefined || second === undefined || last === undefined) throw new Error('the example consortium has four members')

t.test('comes up although it was killed again and again, half way, with everything it had started', async t => {
  // all deaths but the first met a network whose certificates were made: they have been kept
  const [, ...kept] = survivors
  t.ok(await certificate())
  for (const survivor of kept) t.equal(survivor, await certificate())
})

t.test('every member runs its processes and holds the same chain', async t => {
  const status = await readStatus({ dataFolder })
  t.equal(status.agree, true)
  for (const member of status.members) {
    t.strictSame(member.processes.map(({ name, running }) => `${name} ${running}`), ['ca true', 'orderer true', 'peer true', 'contract true'])
    t.ok(member.height !== null && member.height >= 3)
    t.match(member.blockHash, /^[0-9a-f]{64}$/)
    t.ok(Date.parse(member.certsExpire ?? '') > Date.now())
  }
})

t.test('every trustee is told the chain and the peer of another member', async t => {
  const { channel, genesis } = await readAnchor({ dataFolder })
  const configured = network.members.filter(({ trustee }) => trustee !== undefined)
  t.ok(configured.length > 0)
  for (const { mspId, trustee } of configured) {
    const config = JSON.parse(await readFile(trustee?.configFile ?? '', 'utf8')) as { anchor: unknown, peers: { peer: { mspId: string } }[] }
    t.strictSame(config.anchor, { channel, genesis })
    t.equal(config.peers.length, 1, 'f of four')
    t.not(config.peers[0]?.peer.mspId, mspId)
  }
})

t.test('certificates carry the role the contract will ask for', async t => {
  for (const role of ['gateway', 'organiser', 'registrar', 'trustee', 'auditor'] as const) {
    await withContract(first, role, async contract => {
      t.equal((await contract.evaluateTransaction('role')).toString(), `${first.mspId} ${role}`)
    })
  }
})

t.test('a key for TLS signs no transaction: another authority has certified it', async t => {
  const folders = memberFolders(dataFolder, first.name)
  const root = new X509Certificate(await readFile(join(folders.public, 'msp/cacerts/ca.pem')))
  const identity = new X509Certificate(await readFile(join(folders.peer, 'msp/signcerts/cert.pem')))
  const tls = new X509Certificate(await readFile(join(folders.peer, 'tls/cert.pem')))
  t.equal(identity.verify(root.publicKey), true)
  t.equal(tls.verify(root.publicKey), false)
  t.equal(tls.checkHost('localhost'), 'localhost')
})

let silentSince = 0

t.test('what one member writes the others read', async t => {
  await withContract(first, 'gateway', async contract => { await contract.submitTransaction('put', 'greeting', 'bonjour') })
  await withContract(last, 'gateway', async contract => {
    let read = ''
    for (let attempt = 0; attempt < 50 && read !== 'bonjour'; attempt++) read = (await contract.evaluateTransaction('get', 'greeting')).toString()
    t.equal(read, 'bonjour')
  })
  // until it is taken back, this contract says nothing and takes nothing in, with its connections open, as behind a line that was cut
  process.kill((await processState(memberFolders(dataFolder, second.name).contract)).pid ?? 0, 'SIGSTOP')
  silentSince = performance.now()
})

t.test('no secret of one process lies in the folder of another', async t => {
  const folders = await processFolders(network.members)
  const secrets: Secret[] = (await Promise.all(folders.map(secretsWithin))).flat()
  // per member: keys of two CAs and of the CA's TLS, and the administrators' two passwords; identities and TLS keys of admin, orderer and peer; TLS of the contract; gateway, organiser, auditor; an API key
  t.ok(secrets.length >= 4 * (5 + 7 + 3 + 1), `${secrets.length} secrets`)
  for (const kind of ['private key', 'API key', 'passphrase', 'password']) t.ok(secrets.some(secret => secret.kind === kind), `a ${kind} is among them`)
  t.strictSame(await misplacedSecrets(secrets, [...folders, join(dataFolder, 'channel')]), [])
  for (const secret of secrets) {
    t.equal((await stat(secret.file)).mode & 0o077, 0, `${secret.file} is for its owner only`)
    t.equal((await stat(secret.folder)).mode & 0o077, 0, `${secret.folder} is for its owner only`)
  }
})

t.test('an outsider is given an identity that reads blocks, and the anchor that they begin with', async t => {
  const out = join(temporary, 'given/to-jeanne')
  const given = await giveAuditorIdentity({ dataFolder, name: 'jeanne', member: last.name, out })
  t.equal((await stat(out)).mode & 0o777, 0o700)
  t.strictSame((await readdir(out)).sort(), ['anchor.json', 'certificate.pem', 'peer-tls-root.pem', 'peer.json', 'private-key.pem'])
  for (const file of await readdir(out)) t.equal((await stat(join(out, file))).mode & 0o777, 0o600, file)

  // the folder is whole in itself
  const moved = join(temporary, 'jeanne')
  await rename(out, moved)
  const config = await readPeerConfig(join(moved, basename(given.peerFile)))
  const { number, hash } = await readCommonBlock({ dataFolder })
  const own = await readBlocks(config)
  const { peer } = memberFolders(dataFolder, first.name)
  const ports = portsOfMember(options.portBase ?? 0, 0)
  const other = await readBlocks({ ...config, peer: { mspId: first.mspId, address: `localhost:${ports.peer}`, tlsRootCertificate: tlsFiles(peer).root } })
  t.equal(own.length, number + 1, 'all blocks')
  // which orderers' signatures a block comes with differs from peer to peer
  t.strictSame(other.map(blockHash), own.map(blockHash), 'and the same from another member\'s peer')
  t.equal(blockHash(own[number] ?? new Uint8Array()), hash, 'the hash is Fabric\'s')

  const anchor = parseAnchor(await readFile(join(moved, basename(given.anchorFile))))
  t.strictSame(anchor, { format: 'scrutin-anchor/1', channel: 'scrutin', genesis: blockHash(own[0] ?? new Uint8Array()), electionId: null })
  const electionId = 'ab'.repeat(32)
  const later = parseAnchor(Buffer.from(anchorText(await readAnchor({ dataFolder, electionId, latest: true }))))
  t.strictSame(later, { ...anchor, electionId, latest: { number, hash } })
})

t.test('that identity administers nothing, and is given once', async t => {
  const folders = memberFolders(dataFolder, last.name)
  const moved = join(temporary, 'jeanne')
  const msp = join(temporary, 'msp-of-jeanne')
  await cp(join(folders.public, 'msp'), msp, { recursive: true })
  await cp(join(moved, 'certificate.pem'), join(msp, 'signcerts/cert.pem'))
  await cp(join(moved, 'private-key.pem'), join(msp, 'keystore/key.pem'))
  const binaries = await findFabricBinaries(silent)
  const as = async (mspFolder: string, ...args: string[]): Promise<string> => await runProgram({
    program: binaries.programs.peer,
    args,
    env: {
      FABRIC_CFG_PATH: folders.peer,
      FABRIC_LOGGING_SPEC: 'warn',
      CORE_PEER_MSPCONFIGPATH: mspFolder,
      CORE_PEER_ADDRESS: `127.0.0.1:${portsOfMember(options.portBase ?? 0, 3).peer}`,
      CORE_PEER_TLS_ROOTCERT_FILE: publicTlsRoot(folders),
    },
    log: layoutOf(dataFolder).log,
    failure: 'refused',
  })
  for (const args of [['lifecycle', 'chaincode', 'queryinstalled'], ['lifecycle', 'chaincode', 'install', join(folders.contract, 'package.tgz')], ['channel', 'join', '-b', layoutOf(dataFolder).genesisBlock]]) {
    const error: unknown = await as(msp, ...args).catch((error: unknown) => error)
    t.type(error, NetworkError, args.join(' '))
    t.match((error as NetworkError).lastLines.join(' '), /access denied|not an admin|Failed verifying|does not satisfy/i)
  }
  t.match(await as(join(folders.admin, 'msp'), 'lifecycle', 'chaincode', 'queryinstalled'), /scrutin_1/, 'as an administrator may')

  await t.rejects(giveAuditorIdentity({ dataFolder, name: 'jeanne', member: last.name, out: join(temporary, 'again') }), { message: /called jeanne before/ })
  await t.rejects(access(join(temporary, 'again')))
  await t.rejects(giveAuditorIdentity({ dataFolder, name: 'paul', out: moved }), { message: /exists already/ })
  await t.rejects(giveAuditorIdentity({ dataFolder, name: '../paul', out: join(temporary, 'paul') }), { message: /lower-case/ })
  await t.rejects(giveAuditorIdentity({ dataFolder, name: 'paul', member: 'ville-x', out: join(temporary, 'paul') }), { message: /no member ville-x/ })
})

t.test('takes a contract back that was silent for a while, and one that was killed', async t => {
  const { pid } = await processState(memberFolders(dataFolder, second.name).contract)
  if (pid === undefined) throw new Error('the contract was started')
  process.kill(pid, 'SIGCONT')
  t.comment(`the contract of ${second.name} was silent for ${Math.round((performance.now() - silentSince) / 1000)} s`)
  await withContract(second, 'gateway', async contract => {
    t.equal((await contract.evaluateTransaction('role')).toString(), `${second.mspId} gateway`)
    await contract.submitTransaction('put', 'silence', 'over')
    process.kill(pid, 'SIGKILL')
    await t.rejects(contract.evaluateTransaction('get', 'silence'))
    await bringUp(options)
    t.equal((await contract.evaluateTransaction('get', 'silence')).toString(), 'over', 'its peer connects to it anew')
  })
})

t.test('goes on without one peer, and takes it back', async t => {
  const { pid } = await processState(memberFolders(dataFolder, last.name).peer)
  if (pid === undefined) throw new Error('the peer was started')
  process.kill(pid, 'SIGKILL')
  await withContract(first, 'gateway', async contract => {
    await contract.submitTransaction('put', 'greeting', 'rebonjour')
  })
  const status = await readStatus({ dataFolder })
  t.equal(status.agree, false)
  t.match(status.members[3], { height: null, blockHash: null })
  await bringUp(options)
  await withContract(last, 'gateway', async contract => { await contract.submitTransaction('put', 'farewell', 'au revoir') })
  t.equal((await readStatus({ dataFolder })).agree, true)
})

t.test('keeps everything when all is killed at once, and starts again with it', async t => {
  t.equal(await killProcesses(dataFolder, members), 4 * 4)
  await bringUp(options)
  await withContract(first, 'gateway', async contract => {
    t.equal((await contract.evaluateTransaction('get', 'farewell')).toString(), 'au revoir')
    await contract.submitTransaction('put', 'greeting', 'bonsoir')
  })
  t.ok(members.includes((await readStatus({ dataFolder })).leader ?? ''), 'and an orderer leads')
})

t.test('keeps everything when stopped, and starts again with it', async t => {
  await bringDown({ dataFolder })
  const stopped = await readStatus({ dataFolder })
  t.equal(stopped.agree, false)
  for (const member of stopped.members) t.notOk(member.processes.some(process => process.running))
  await bringUp(options)
  await withContract(last, 'gateway', async contract => {
    t.equal((await contract.evaluateTransaction('get', 'farewell')).toString(), 'au revoir')
    await contract.submitTransaction('put', 'greeting', 'encore')
  })
})

t.test('does not mistake one network for another', async t => {
  await t.rejects(bringUp({ ...options, portBase: 22000 }), { message: /holds a network on other ports \(from 21000\)/ })
})

t.test('removes everything, and nothing that is no network', async t => {
  await reset({ dataFolder })
  await t.rejects(access(dataFolder))
  const other = t.testdir({ 'letter.txt': 'dear reader' })
  await t.rejects(reset({ dataFolder: other }), { message: /holds no network/ })
  await access(join(other, 'letter.txt'))
})

async function comeUpInTheEnd (): Promise<RunningNetwork> {
  for (const [after, milliseconds] of deaths) survivors.push(await dieWhile(after, milliseconds))
  return await bringUp(options)
}

async function readBlocks (config: PeerConfig): Promise<Uint8Array[]> {
  const source = await openBlockSource(config)
  try {
    const blocks: Uint8Array[] = []
    for await (const { bytes } of source.blocks({ from: 0n, to: await source.height() - 1n })) blocks.push(bytes)
    return blocks
  } finally {
    source.close()
  }
}

/** Starts `up` and kills it, and all that it started, so long after this step; returns the first member's certificate, if it has one for good. */
async function dieWhile (after: string, milliseconds: number): Promise<string | undefined> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'support/up.ts'), JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe'] })
  const died = once(child, 'exit')
  let told = ''
  await new Promise<void>(resolve => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text
      if (told.includes(`✓ ${after}`)) resolve()
    })
    child.once('exit', resolve)
    if (after === '') resolve()
  })
  await sleep(milliseconds)
  child.kill('SIGKILL')
  const [code] = await died as [number | null]
  const killed = await killProcesses(dataFolder, members)
  t.comment(`killed ${milliseconds} ms after ${after === '' ? 'the start' : `"${after}"`}, and ${killed} processes with it`)
  if (code !== null && code !== 0) throw new Error(`up failed by itself, with ${code}: ${told}`)
  return await certificate()
}

async function certificate (): Promise<string | undefined> {
  const { root, gateway } = memberFolders(dataFolder, 'universite-a')
  const isWhole = await access(join(root, 'material.json')).then(() => true, () => false)
  return isWhole ? await readFile(join(gateway, 'msp/signcerts/cert.pem'), 'utf8') : undefined
}

/** Does something as this member's identity of this role, through the member's own peer. */
async function withContract (member: RunningMember, role: ScrutinRole, work: (contract: Contract) => Promise<void>): Promise<void> {
  await withGateway(member.ledgers[role], async (gateway, { channel, chaincode }) => { await work((await gateway.getNetwork(channel)).getContract(chaincode)) })
}
