/**
 * `fabric-shim` formats each of its debug lines (a dozen for every key that is read or written) before it finds that
 * nobody wants them: a twelfth of a contract's processor time. Its warnings and errors stay.
 */
import { Shim } from 'fabric-shim'

const busyLoggers = ['lib/handler.js', 'lib/stub.js', 'lib/chaincode.js', 'lib/iterators.js', 'contracts-spi/chaincodefromcontract.js', 'contracts-spi/datamarshall.js']

export function quietShim (): void {
  if (process.env['CORE_CHAINCODE_LOGGING_LEVEL']?.toUpperCase() === 'DEBUG') return
  for (const name of busyLoggers) {
    const logger = Shim.newLogger(name)
    logger.debug = () => logger
  }
}
