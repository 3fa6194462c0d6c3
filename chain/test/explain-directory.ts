/** Which entries of the directory an audit takes: as few of a member as the contract does. */
import t from 'tap'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { mostDirectoryEntries, recordKeys } from '../../protocol/src/records.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { memoryStore } from '../src/chain-store.ts'
import { contractName } from '../src/contract-definition.ts'
import { explainDirectory } from '../src/explain/directory.ts'

t.test('an entry too many is one that the contract would not have written', async (t) => {
  const store = memoryStore()
  const write = (keys: KeyPair, mspId = 'MemberA', sequence = 1, standing = mspId): void => {
    const key = pointToHex(keys.publicKey)
    const value = canonicalBytes(signMessage(tags.directoryEntry, new Uint8Array(0), keys, { kind: 'gateway', key, mspId, sequence, url: 'https://a.test' }))
    explainDirectory(store, { mspId, role: 'gateway', timeMs: 0, writes: new Map() }, `gateway/${standing}/${key}`, value)
    store.put(contractName, recordKeys.directory('gateway', mspId, key), { block: 1, transaction: 0 }, value)
  }
  const keys = Array.from({ length: mostDirectoryEntries }, generateKeyPair)
  for (const key of keys) write(key)
  t.throws(() => { write(generateKeyPair()) }, /too many entries/)
  write(keys[0]!, 'MemberA', 2)
  t.throws(() => { write(keys[0]!, 'MemberA', 2) }, /follows entry 2/)
  write(generateKeyPair(), 'MemberA-b')
  t.throws(() => { write(generateKeyPair(), 'MemberB', 1, 'MemberA') }, /under another key/)
})
