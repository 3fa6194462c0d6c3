/** The registrars' keys, and the credentials they issue. */
import { equalBytes } from '../../../protocol/src/bytes.ts'
import { parseCanonical } from '../../../protocol/src/canonical-json.ts'
import { modulusHash, parseModulus } from '../../../protocol/src/credential.ts'
import { cutOffMs, timestampMs } from '../../../protocol/src/definition.ts'
import { parseRegistrarMessage, parseSigned, parseSignedIssuance } from '../../../protocol/src/messages.ts'
import { encodeRecord, recordKeys } from '../../../protocol/src/records.ts'
import type { ElectionWrite } from './election-write.ts'
import { demand, Unexplained, type Work } from './work.ts'

export function explainRegistrar (write: ElectionWrite, index: number): void {
  write.during('announced', 'keyed')
  write.byRegistrar(index)
  for (const modulus of moduliOf(write.value)) write.companion(keyOfModulus(modulus))
}

/** A used modulus stands beside the message that brings it, and says what it says. */
export function explainModulus (work: Work, key: string, value: Uint8Array): void {
  for (const { path, value: message } of work.writes.values()) {
    if (path.kind !== 'registrar') continue
    for (const modulus of moduliOf(message)) {
      const expected = encodeRecord({ electionId: path.electionId, registrar: path.index, modulus })
      if (key === keyOfModulus(modulus) && equalBytes(value, expected)) return
    }
  }
  throw new Unexplained('a modulus is in no registrar\'s message')
}

export function explainIssuance (write: ElectionWrite, index: number, commitment: string): void {
  const { definition, election: { posted }, value } = write
  write.during('keyed', 'open')
  write.byRegistrar(index)
  write.until(definition.issuing.endsAt === null ? cutOffMs(definition) : timestampMs(definition.issuing.endsAt))
  demand(posted.registrar.size === definition.registrars.length, 'a credential is issued before every registrar is prepared')
  const { registrar, place } = parseSignedIssuance(parseCanonical(value)).message
  demand(registrar === index && place.commitment === commitment && place.classIndex < definition.classes.length, 'an issuance stands under another key')
}

function moduliOf (message: Uint8Array): readonly string[] {
  return parseRegistrarMessage(parseSigned(parseCanonical(message)).message).moduli
}

function keyOfModulus (modulus: string): string {
  return recordKeys.modulus(modulusHash(parseModulus(modulus)))
}
