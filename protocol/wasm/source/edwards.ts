/**
 * The curve -x² + y² = 1 + d·x²·y² behind ristretto255, in extended coordinates (X : Y : Z : T), x = X/Z, y = Y/Z, T = XY/Z.
 *
 * Source: Hisil, Wong, Carter and Dawson, "Twisted Edwards curves revisited" (Asiacrypt 2008), as the Explicit-Formulas
 * Database names them: "add-2008-hwcd-3" (complete for this curve: -1 is a square and d is none, so it needs no special
 * cases) and "dbl-2008-hwcd", two products at a time as their section 4.2 does four. For public values only.
 *
 * Layouts, in pairs of field elements: point (Y - X, Y + X), (Z, T); addend (Y - X, Y + X), (2·Z, 2·d·T).
 */
import { isZero, join, multiply, multiplyCrosswise, multiplyForDoubling, multiplyLanes, multiplyToDifferenceAndSum, multiplyToSumAndDifference, negateIf, pairSize, setSmall, setWords, squareToDifferenceAndSum, subtract, add as addPairs, swapIf } from './pair-field'
import { encode } from './ristretto'

export const pointSize: i32 = 2 * pairSize
export const addendSize: i32 = 2 * pairSize

/** (Z, T) of a point, (2·Z, 2·d·T) of an addend. */
const ZT: i32 = pairSize

/** (2, 2·d) */
const twoAnd2d: usize = memory.data(pairSize, 16)
setSmall(twoAnd2d, 2, 0)
setWords(twoAnd2d, 1, 0xebd69b9426b2f159, 0x00e0149a8283b156, 0x198e80f2eef3d130, 0x2406d9dc56dffce7)
/** (1/2, 1/(2·d)) */
const halfAndHalfOverD: usize = memory.data(pairSize, 16)
setWords(halfAndHalfOverD, 0, 0xfffffffffffffff7, 0xffffffffffffffff, 0xffffffffffffffff, 0x3fffffffffffffff)
setWords(halfAndHalfOverD, 1, 0x12f0793b66e4fc18, 0x05aeeb4c213caa17, 0x958b108a66dce7b3, 0x60483f690a6ae721)
const ones: usize = memory.data(pairSize, 16)
setSmall(ones, 1, 1)

const signed: usize = memory.data(addendSize, 16)
const eh: usize = memory.data(pairSize, 16)
const gf: usize = memory.data(pairSize, 16)

export function setIdentity (r: usize): void {
  setSmall(r, 1, 1)
  setSmall(r + ZT, 1, 0)
}

export function toAddend (r: usize, p: usize): void {
  memory.copy(r, p, pairSize)
  multiply(r + ZT, p + ZT, twoAnd2d)
}

/** r = the point that q is an addend for. */
export function fromAddend (r: usize, q: usize): void {
  memory.copy(r, q, pairSize)
  multiply(r + ZT, q + ZT, halfAndHalfOverD)
}

/** r = the addend q, or its negative (-x2, y2): Y2 - X2 and Y2 + X2 change places, T2 its sign. */
export function negateAddend (r: usize, q: usize, minus: bool): void {
  swapIf(r, q, minus)
  negateIf(r + ZT, q + ZT, false, minus)
}

/** r = p + q or p - q, q an addend. */
export function addAddend (r: usize, p: usize, q: usize, minus: bool): void {
  negateAddend(signed, q, minus)
  add(r, p, signed)
}

/** r = p + q, q an addend: add-2008-hwcd-3. */
export function add (r: usize, p: usize, q: usize): void {
  multiplyToDifferenceAndSum(eh, p, q) // A = (Y1 - X1)·(Y2 - X2), B = (Y1 + X1)·(Y2 + X2); E = B - A, H = A + B
  multiplyToSumAndDifference(gf, p + ZT, q + ZT) // D = Z1·2·Z2, C = T1·2·d·T2; G = D + C, F = D - C
  finish(r)
}

/** dbl-2008-hwcd with a = -1 on (Y - X, Y + X), every one of E, F, G, H doubled, and F and H with their signs changed. */
export function double (r: usize, p: usize): void {
  squareToDifferenceAndSum(eh, p) // 2·E = 4·X·Y = (Y + X)² - (Y - X)², -2·H = 2·X² + 2·Y² = (Y - X)² + (Y + X)²
  multiplyForDoubling(gf, p + ZT, p) // 2·G = 2·(Y² - X²) = 2·(Y - X)·(Y + X), -2·F = 4·Z² - 2·G
  finish(r)
}

/** X3 = E·F, Y3 = G·H, T3 = E·H, Z3 = F·G. With both F and H negative, so are all four: the same point. */
function finish (r: usize): void {
  multiplyCrosswise(r, eh, gf) // of (E·F, H·G): (Y3 - X3, Y3 + X3)
  multiplyLanes(r + ZT, gf, eh) // (G·F, E·H)
}

const carried: usize = memory.data(pairSize, 16)
const lanes: usize = memory.data(pairSize, 16)
const x: usize = memory.data(pairSize, 16)
const y: usize = memory.data(pairSize, 16)
const z: usize = memory.data(pairSize, 16)
const t: usize = memory.data(pairSize, 16)

/** x = (2·X, 2·X), y = (2·Y, 2·Y), both sums of two carried elements. */
function takeXY (p: usize): void {
  multiply(carried, p, ones)
  join(lanes, carried, 1, carried, 1) // Y + X
  join(y, carried, 0, carried, 0) // Y - X
  subtract(x, lanes, y)
  addPairs(y, lanes, y)
}

/** An element of ristretto255 is the identity if its point is one of four: x = 0 or y = 0 (RFC 9496 section 4.3.3, against (0, 1)). No point has Z = 0. */
export function isIdentity (p: usize): bool {
  takeXY(p)
  return !isZero(p + ZT, 0) && (isZero(x, 0) || isZero(y, 0))
}

/** The 32 bytes of the element of ristretto255. */
export function encodePoint (to: usize, p: usize): void {
  takeXY(p)
  multiply(x, x, ones)
  multiply(y, y, ones)
  // Z and T doubled like X and Y
  multiply(carried, p + ZT, twos)
  join(z, carried, 0, carried, 0)
  join(t, carried, 1, carried, 1)
  encode(to, x, y, z, t)
}

const twos: usize = memory.data(pairSize, 16)
setSmall(twos, 2, 2)
