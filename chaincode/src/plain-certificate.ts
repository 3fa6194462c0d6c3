/**
 * The one spelling in which the contract takes its caller's certificate: PEM of
 * RFC 7468 (strict), a single block and nothing else.
 *
 * Fabric's peers (Go) and its library for contracts (JavaScript) each find the
 * certificate in what a client sends by rules of their own. In text with two
 * blocks the peer checks the signature of one, while the contract reads the
 * role of the other, which nobody has certified.
 */
const plainPem = /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n-----END CERTIFICATE-----\n?$/

export function isPlainCertificate (bytes: Uint8Array): boolean {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return plainPem.test(text)
}
