/** The language of the environment; "C" and "POSIX" are none. */
export function defaultLocale (): string {
  return /^[a-z]{2}(?=[_.-]|$)/.exec(process.env['LANG'] ?? '')?.[0] ?? 'fr'
}
