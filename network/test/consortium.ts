import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseConsortium, readConsortium } from '../src/consortium.ts'
import { NetworkError } from '../src/network-error.ts'

const file = join(import.meta.dirname, '../consortium.yaml')
const example = await readFile(file, 'utf8')

t.test('reads the example: two universities, two municipalities', async t => {
  const consortium = await readConsortium(file)
  t.equal(consortium.members.length, 4)
  t.ok(consortium.members.filter(member => member.registrar !== undefined).length >= 2)
  t.ok(consortium.members.filter(member => member.trustee === true).length >= 3)
})

t.test('says which file it misses', async t => {
  await t.rejects(readConsortium('/nowhere/consortium.yaml'), { message: /nowhere\/consortium\.yaml.*--config/ })
})

const faults: [name: string, change: (text: string) => string, where: string, message: RegExp][] = [
  ['an unknown kind of ordering', text => text.replace('type: BFT', 'type: PBFT'), 'type: BFT', /ordering\.type must be one of BFT, etcdraft/],
  ['a name with spaces', text => text.replace('name: ville-c', 'name: Ville C'), 'name: ville-c', /members\[2\]\.name must be lower-case letters/],
  ['an unknown setting', text => text.replace('trustee: true', 'trustees: true'), 'trustee: true', /members\[0\]\.trustees is not a known setting/],
  ['a missing setting', text => text.replace('base: 17000', ''), 'ports:', /ports/],
  ['a number without a unit', text => text.replace('250ms', '250'), 'batchTimeout', /ordering\.batchTimeout must be string/],
  ['an MSP named twice', text => text.replace('VilleDMSP', 'VilleCMSP'), 'VilleDMSP', /another member has the mspId VilleCMSP/],
  ['a member named twice', text => text.replace('name: ville-d', 'name: ville-c'), 'name: ville-d', /another member has the name ville-c/],
  ['a tenant of two members', text => text.replace('[ville-d]', '[ville-c]'), '[ville-d]', /the tenant ville-c is named already, by ville-c/],
  ['ports beyond the last', text => text.replace('17000', '66000'), '17000', /ports\.base must be <= 65000/],
  ['another way to identify people', text => text.replace('identifies: code', 'identifies: face'), 'identifies: code', /registrar\.identifies must be code/],
  ['broken YAML', text => text.replace('channel: scrutin', 'channel: [scrutin'), 'chaincode: scrutin', /./],
]

for (const [name, change, where, message] of faults) {
  t.test(`names the line of ${name}`, async t => {
    const changed = change(example)
    t.not(changed, example)
    const line = example.split('\n').findIndex(line => line.includes(where)) + 1
    try {
      parseConsortium(changed, 'consortium.yaml')
      t.fail('it was accepted')
    } catch (error) {
      t.type(error, NetworkError)
      t.match(error, { message })
      t.match(error, { message: new RegExp(`^consortium\\.yaml:${line}: `, 'm') })
    }
  })
}

t.test('asks for enough members, registrars and trustees', async t => {
  const text = example.replace(/ {2}- name: ville-c[^]*$/, '')
  t.throws(() => parseConsortium(text, 'c.yaml'), { message: /BFT needs four members/ })
  t.throws(() => parseConsortium(text, 'c.yaml'), { message: /at least two members must have a registrar/ })
  const oneTrustee = example.replace('    trustee: true\n', '').replace('    trustee: true\n', '')
  t.throws(() => parseConsortium(oneTrustee, 'c.yaml'), { message: /at least two members must have a trustee/ })
})
