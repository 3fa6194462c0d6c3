/**
 * The curve -x² + y² = 1 + d·x²·y² behind ristretto255, in extended coordinates (X : Y : Z : T), x = X/Z, y = Y/Z, T = XY/Z.
 *
 * Source: Hisil, Wong, Carter and Dawson, "Twisted Edwards curves revisited" (Asiacrypt 2008), as the Explicit-Formulas
 * Database names them: "add-2008-hwcd-3" (complete for this curve: -1 is a square and d is none, so it needs no special
 * cases) and "dbl-2008-hwcd". For public values only.
 *
 * Layouts, in field elements: point X, Y, Z, T; affine addend (Y + X, Y - X, 2·d·T) for Z = 1; addend (Y + X, Y - X, 2·Z, 2·d·T).
 */
import { add, copy, elementSize, isZero, mul, neg, setSmall, sqr, sqrDoubled, sub } from './field'
import { d2, encode } from './ristretto'

export const pointSize: i32 = 4 * elementSize
export const affineSize: i32 = 3 * elementSize
export const addendSize: i32 = 4 * elementSize

const Y: i32 = elementSize
const Z: i32 = 2 * elementSize
const T: i32 = 3 * elementSize

const a: usize = memory.data(elementSize)
const b: usize = memory.data(elementSize)
const c: usize = memory.data(elementSize)
const dd: usize = memory.data(elementSize)
const e: usize = memory.data(elementSize)
const f: usize = memory.data(elementSize)
const g: usize = memory.data(elementSize)
const h: usize = memory.data(elementSize)

export function setIdentity (r: usize): void {
  setSmall(r, 0)
  setSmall(r + Y, 1)
  setSmall(r + Z, 1)
  setSmall(r + T, 0)
}

/** An element of ristretto255 is the identity if its point is one of four: x = 0 or y = 0 (RFC 9496 section 4.3.3, against (0, 1)). */
export function isIdentity (p: usize): bool {
  return isZero(p) || isZero(p + Y)
}

/** The 32 bytes of the element of ristretto255. */
export function encodePoint (to: usize, p: usize): void {
  encode(to, p, p + Y, p + Z, p + T)
}

/** The affine addend of (x, y) with t = x·y; x may be twice a carried element. */
export function toAffineAddend (r: usize, x: usize, y: usize, t: usize): void {
  add(r, y, x)
  sub(r + Y, y, x)
  mul(r + Z, t, d2)
}

export function toAddend (r: usize, p: usize): void {
  add(r, p + Y, p)
  sub(r + Y, p + Y, p)
  add(r + Z, p + Z, p + Z)
  mul(r + T, p + T, d2)
}

/** Negates an addend of either kind in place: x becomes -x. */
export function negateAffineAddend (p: usize): void {
  memory.copy(a, p, elementSize)
  copy(p, p + Y)
  copy(p + Y, a)
  neg(p + Z, p + Z)
}

/** r = p + q or p - q, q an affine addend */
export function addAffine (r: usize, p: usize, q: usize, minus: bool): void {
  add(dd, p + Z, p + Z)
  addRest(r, p, q, q + Z, minus)
}

/** r = p + q or p - q, q an addend */
export function addAddend (r: usize, p: usize, q: usize, minus: bool): void {
  mul(dd, p + Z, q + Z)
  addRest(r, p, q, q + T, minus)
}

/** add-2008-hwcd-3 from D = 2·Z1·Z2 on. Subtracting is adding (-x2, y2): Y2 + X2 and Y2 - X2 change places, T2 its sign. */
@inline
function addRest (r: usize, p: usize, q: usize, q2dT: usize, minus: bool): void {
  sub(a, p + Y, p)
  mul(a, a, minus ? q : q + Y) // A = (Y1 - X1)·(Y2 - X2)
  add(b, p + Y, p)
  mul(b, b, minus ? q + Y : q) // B = (Y1 + X1)·(Y2 + X2)
  mul(c, p + T, q2dT) // C = T1·2d·T2
  sub(e, b, a) // E = B - A
  if (minus) {
    add(f, dd, c)
    sub(g, dd, c)
  } else {
    sub(f, dd, c) // F = D - C
    add(g, dd, c) // G = D + C
  }
  add(h, b, a) // H = B + A
  mul(r, e, f) // X3 = E·F
  mul(r + Y, g, h) // Y3 = G·H
  mul(r + T, e, h) // T3 = E·H
  mul(r + Z, f, g) // Z3 = F·G
}

/** dbl-2008-hwcd with a = -1; every one of E, F, G, H with its sign changed, which changes none of the products. */
export function double (r: usize, p: usize): void {
  sqr(a, p) // A = X1²
  sqr(b, p + Y) // B = Y1²
  sqrDoubled(c, p + Z) // C = 2·Z1²
  add(e, p, p + Y)
  sqr(e, e)
  add(h, b, a) // -H = A + B, as D = -A and H = D - B
  sub(e, h, e) // -E = A + B - (X1 + Y1)²
  sub(g, a, b) // -G = A - B
  add(f, c, g) // -F = C - G
  mul(r, e, f) // X3 = E·F
  mul(r + Y, g, h) // Y3 = G·H
  mul(r + T, e, h) // T3 = E·H
  mul(r + Z, f, g) // Z3 = F·G
}
