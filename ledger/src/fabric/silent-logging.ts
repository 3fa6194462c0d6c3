/**
 * Import this before `fabric-network`: it makes its logger as it is loaded, and by default writes to the console what
 * reaches our callers as errors anyway. Whoever wants to see it sets HFC_LOGGING.
 */
process.env['HFC_LOGGING'] ??= '{}'
