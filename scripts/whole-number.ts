/** A number given on the command line. Throws with what the option takes. */
export function wholeNumber (option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  if (!(number >= least && number <= most)) throw new UsageError(`--${option} takes a whole number from ${least} to ${most}`)
  return number
}

/** The command was called in a way it does not understand: exit code 2. */
export class UsageError extends Error {}
