import { invertScalar, modOrder } from '../../src/group.ts'

/** Lagrange interpolation of secrets, written apart from the protocol's own: Σ share · Π x_j / (x_j - x_i), x = trustee + 1. */
export function combineAtZero (shares: readonly (readonly [trustee: number, share: bigint])[]): bigint {
  return modOrder(shares.reduce((sum, [trustee, share]) => {
    const xi = BigInt(trustee + 1)
    const others = shares.filter(([other]) => other !== trustee).map(([other]) => BigInt(other + 1))
    return sum + others.reduce((product, xj) => modOrder(product * xj) * invertScalar(modOrder(xj - xi)), share)
  }, 0n))
}
