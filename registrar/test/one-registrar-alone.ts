/** All that one registrar has does not make a credential: every registrar has to sign. */
import t from 'tap'
import { joinFrames } from '../../protocol/src/bytes.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import { blindedMessageHash, credentialMessage } from '../../protocol/src/credential.ts'
import { fillBallot, sealBallot } from '../../protocol/test/support/raw-ballot.ts'
import { signIssuance } from '../../protocol/src/issuances.ts'
import type { IssuanceRecord } from '../../protocol/src/records.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { constants, sign } from 'node:crypto'
import { generateRsaKey, type RsaKey } from '../src/blind-sign.ts'
import { openDatabase } from '../src/database.ts'
import { codeHash } from '../src/invitation-code.ts'
import { RollStore } from '../src/roll-store.ts'
import { openDesk, prepare } from './support/desks.ts'
import { testBed } from './support/registrars.ts'
import { askCredential, blind } from './support/voters.ts'

t.test('with one registrar\'s whole folder', async (t) => {
  const bed = await testBed({ folder: t.testdir() })
  const [mine, theirs] = bed.registrars
  await prepare(bed, mine!)
  await prepare(bed, theirs!)
  const { id, idBytes, definition, context } = bed.election
  const organiser = await bed.openLedgerAs('MemberA', 'organiser')
  await organiser.submit('open', [id])
  await organiser.close()

  // the thief: everything of the first registrar, and its place in the network
  const database = openDatabase(mine!.config.folder)
  const roll = new RollStore(database)
  const [key] = roll.rsaKeys(id) as [RsaKey]
  const asRegistrar = await mine!.openLedger()
  const gateway = await bed.openLedgerAs('MemberA', 'gateway')
  const theirDesk = await openDesk(theirs!)
  t.teardown(async () => { database.close(); await Promise.all([asRegistrar.close(), gateway.close(), theirDesk.close()]) })

  const keys = generateKeyPair()
  const message = credentialMessage(idBytes, 0, keys.publicKey.toBytes())
  const pss = (by: RsaKey): Uint8Array => sign('sha384', message, { key: by.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 })
  const filled = fillBallot(context, definition.questions, ['blank'], keys.publicKey)
  const cast = async (signatures: readonly Uint8Array[]): Promise<unknown> =>
    await gateway.submit('castBallots', [id], { ballots: joinFrames([sealBallot(filled.body, keys, signatures)]) })

  await t.test('the contract takes no ballot without the other\'s signature', async (t) => {
    await t.rejects(cast([pss(key)]), { code: 'ballot.malformed' }, 'missing')
    await t.rejects(cast([pss(key), pss(key)]), { code: 'ballot.credential' }, 'its own twice')
    await t.rejects(cast([pss(key), pss(generateRsaKey())]), { code: 'ballot.credential' }, 'of a key of its own making')
    await t.rejects(cast([pss(key), new Uint8Array(256)]), { code: 'ballot.credential' }, 'forged')
  })

  await t.test('the other registrar knows none of its codes', async (t) => {
    const [person] = roll.peopleWithoutIssuance(id)
    const code = '0'.repeat(21)
    roll.putCodes(id, [{ position: person!.position, hash: codeHash(mine!.serviceKeys.codeSecret, id, code) }], 'now')
    const { blindedMessage } = await blind(roll.moduli(id)[0]!, idBytes)
    t.match((await askCredential(theirDesk, id, code, blindedMessage)).json(), { code: 'access.unauthenticated' })
  })

  await t.test('the ledger takes no issuance of the other registrar from it', async (t) => {
    const { place } = roll.leaf(id, 0)!
    const blinded = blindedMessageHash(new Uint8Array(256))
    const submit = async (by: typeof asRegistrar, issuance: IssuanceRecord): Promise<unknown> =>
      await by.submit('recordIssuances', [id, canonicalText([signIssuance(idBytes, mine!.serviceKeys.keys, issuance)])])
    await t.rejects(submit(asRegistrar, { registrar: 1, place, blinded }), { code: 'access.msp' })
    await t.rejects(submit(asRegistrar, { registrar: 0, place: { ...place, index: place.index + 1 }, blinded }), { code: 'issuance.leaf' })
    const asOther = await theirs!.openLedger()
    t.teardown(async () => { await asOther.close() })
    await t.rejects(submit(asOther, { registrar: 1, place, blinded }), { code: 'access.signature' }, 'not even with the other\'s place in the network')
  })
})
