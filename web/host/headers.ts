/**
 * What every answer of the booth's host has to say. Whoever serves the booth by other means (nginx, a static host)
 * sets the same: README.md.
 */

/** Where scripts may connect: registrars and gateways of all members, which the ledger's directory names. */
export type ConnectSources = 'https:' | readonly string[]

export function boothHeaders (connect: ConnectSources = 'https:'): Record<string, string> {
  const sources = connect === 'https:' ? connect : connect.join(' ')
  const policy = {
    'default-src': "'none'",
    // WebAssembly has to be allowed by name; nothing inline, no eval
    'script-src': "'self' 'wasm-unsafe-eval'",
    'worker-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:",
    'font-src': "'none'",
    'connect-src': `'self' ${sources}`,
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  }
  return {
    'content-security-policy': Object.entries(policy).map(([name, value]) => `${name} ${value}`).join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()',
  }
}
