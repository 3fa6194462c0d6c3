import type { ClientIdentity } from 'fabric-shim-api'

const roleAttribute = 'scrutin.role'

/** Whoever opened the embedded ledger, in the shape in which a contract sees a Fabric identity. Nothing proves it. */
export class EmbeddedIdentity implements ClientIdentity {
  readonly #mspId: string
  readonly #role: string

  constructor (mspId: string, role: string) {
    this.#mspId = mspId
    this.#role = role
  }

  getMSPID (): string {
    return this.#mspId
  }

  getAttributeValue (name: string): string | null {
    return name === roleAttribute ? this.#role : null
  }

  assertAttributeValue (name: string, value: string): boolean {
    return this.getAttributeValue(name) === value
  }

  getID (): string {
    return `x509::/OU=client/CN=${this.#role}::/CN=embedded.${this.#mspId}`
  }

  /** In the spelling of a certificate, though there is none. */
  getIDBytes (): Uint8Array {
    const lines = Buffer.from(this.getID()).toString('base64').match(/.{1,64}/g) ?? []
    return Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`)
  }
}
