/**
 * The field of 2^255 - 19, for public values only: branches and memory accesses depend on them.
 *
 * Source: Bernstein, "Curve25519: new Diffie-Hellman speed records" (PKC 2006), and the reference code "ref10" of
 * Bernstein, Duif, Lange, Schwabe and Yang, "High-speed high-security signatures" (CHES 2011): an element is
 * h0 + 2^26 h1 + 2^51 h2 + 2^77 h3 + 2^102 h4 + 2^128 h5 + 2^153 h6 + 2^179 h7 + 2^204 h8 + 2^230 h9
 * with signed limbs of about 26 and 25 bits in turn, one i32 each: 40 bytes in memory.
 *
 * Bounds, as in ref10. "Carried": |even limb| <= 1.01·2^25, |odd limb| <= 1.01·2^24; every product, square and decoded
 * element is. `add`, `sub` and `neg` don't carry: a sum of two carried elements is twice that. `mul` and `sqr` take limbs
 * up to 1.65·2^26 and 1.65·2^25, three carried elements added up and a little more; no column then passes 2^63.
 */

export const elementSize: i32 = 40

export function copy (r: usize, a: usize): void {
  memory.copy(r, a, elementSize)
}

/** r = a small number */
export function setSmall (r: usize, value: i32): void {
  memory.fill(r, 0, elementSize)
  store<i32>(r, value)
}

export function add (r: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < <usize>elementSize; i += 8) {
    // two limbs at a time would let a borrow pass from one to the next
    store<i32>(r + i, load<i32>(a + i) + load<i32>(b + i))
    store<i32>(r + i, load<i32>(a + i, 4) + load<i32>(b + i, 4), 4)
  }
}

export function sub (r: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < <usize>elementSize; i += 8) {
    store<i32>(r + i, load<i32>(a + i) - load<i32>(b + i))
    store<i32>(r + i, load<i32>(a + i, 4) - load<i32>(b + i, 4), 4)
  }
}

export function neg (r: usize, a: usize): void {
  for (let i: usize = 0; i < <usize>elementSize; i += 4) store<i32>(r + i, -load<i32>(a + i))
}

/** r = a·b. Schoolbook: limbs i and j meet in column i + j; where both are odd their product counts twice (the limbs' weights are rounded up), beyond column 9 it wraps with the factor 19. */
export function mul (r: usize, a: usize, b: usize): void {
  const a0 = <i64>load<i32>(a)
  const a1 = <i64>load<i32>(a, 4)
  const a2 = <i64>load<i32>(a, 8)
  const a3 = <i64>load<i32>(a, 12)
  const a4 = <i64>load<i32>(a, 16)
  const a5 = <i64>load<i32>(a, 20)
  const a6 = <i64>load<i32>(a, 24)
  const a7 = <i64>load<i32>(a, 28)
  const a8 = <i64>load<i32>(a, 32)
  const a9 = <i64>load<i32>(a, 36)
  const b0 = <i64>load<i32>(b)
  const b1 = <i64>load<i32>(b, 4)
  const b2 = <i64>load<i32>(b, 8)
  const b3 = <i64>load<i32>(b, 12)
  const b4 = <i64>load<i32>(b, 16)
  const b5 = <i64>load<i32>(b, 20)
  const b6 = <i64>load<i32>(b, 24)
  const b7 = <i64>load<i32>(b, 28)
  const b8 = <i64>load<i32>(b, 32)
  const b9 = <i64>load<i32>(b, 36)
  const w1 = b1 * 19
  const w2 = b2 * 19
  const w3 = b3 * 19
  const w4 = b4 * 19
  const w5 = b5 * 19
  const w6 = b6 * 19
  const w7 = b7 * 19
  const w8 = b8 * 19
  const w9 = b9 * 19
  const d1 = a1 * 2
  const d3 = a3 * 2
  const d5 = a5 * 2
  const d7 = a7 * 2
  const d9 = a9 * 2
  const c0 = a0 * b0 + d1 * w9 + a2 * w8 + d3 * w7 + a4 * w6 + d5 * w5 + a6 * w4 + d7 * w3 + a8 * w2 + d9 * w1
  const c1 = a0 * b1 + a1 * b0 + a2 * w9 + a3 * w8 + a4 * w7 + a5 * w6 + a6 * w5 + a7 * w4 + a8 * w3 + a9 * w2
  const c2 = a0 * b2 + d1 * b1 + a2 * b0 + d3 * w9 + a4 * w8 + d5 * w7 + a6 * w6 + d7 * w5 + a8 * w4 + d9 * w3
  const c3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + a4 * w9 + a5 * w8 + a6 * w7 + a7 * w6 + a8 * w5 + a9 * w4
  const c4 = a0 * b4 + d1 * b3 + a2 * b2 + d3 * b1 + a4 * b0 + d5 * w9 + a6 * w8 + d7 * w7 + a8 * w6 + d9 * w5
  const c5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + a6 * w9 + a7 * w8 + a8 * w7 + a9 * w6
  const c6 = a0 * b6 + d1 * b5 + a2 * b4 + d3 * b3 + a4 * b2 + d5 * b1 + a6 * b0 + d7 * w9 + a8 * w8 + d9 * w7
  const c7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + a8 * w9 + a9 * w8
  const c8 = a0 * b8 + d1 * b7 + a2 * b6 + d3 * b5 + a4 * b4 + d5 * b3 + a6 * b2 + d7 * b1 + a8 * b0 + d9 * w9
  const c9 = a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0
  carry(r, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9)
}

/** r = a² */
export function sqr (r: usize, a: usize): void {
  square(r, a, 0)
}

/** r = 2·a², carried */
export function sqrDoubled (r: usize, a: usize): void {
  square(r, a, 1)
}

/** `mul` with equal products taken together; columns times 2^shift. */
@inline
function square (r: usize, a: usize, shift: i32): void {
  const a0 = <i64>load<i32>(a)
  const a1 = <i64>load<i32>(a, 4)
  const a2 = <i64>load<i32>(a, 8)
  const a3 = <i64>load<i32>(a, 12)
  const a4 = <i64>load<i32>(a, 16)
  const a5 = <i64>load<i32>(a, 20)
  const a6 = <i64>load<i32>(a, 24)
  const a7 = <i64>load<i32>(a, 28)
  const a8 = <i64>load<i32>(a, 32)
  const a9 = <i64>load<i32>(a, 36)
  const d0 = a0 * 2
  const d1 = a1 * 2
  const d2 = a2 * 2
  const d3 = a3 * 2
  const d4 = a4 * 2
  const d5 = a5 * 2
  const d6 = a6 * 2
  const d7 = a7 * 2
  // times 19, and twice that where the limb is odd
  const w5 = a5 * 38
  const w6 = a6 * 19
  const w7 = a7 * 38
  const w8 = a8 * 19
  const w9 = a9 * 38
  const c0 = a0 * a0 + d1 * w9 + d2 * w8 + d3 * w7 + d4 * w6 + a5 * w5
  const c1 = d0 * a1 + a2 * w9 + d3 * w8 + a4 * w7 + d5 * w6
  const c2 = d0 * a2 + d1 * a1 + d3 * w9 + d4 * w8 + d5 * w7 + a6 * w6
  const c3 = d0 * a3 + d1 * a2 + a4 * w9 + d5 * w8 + a6 * w7
  const c4 = d0 * a4 + d1 * d3 + a2 * a2 + d5 * w9 + d6 * w8 + a7 * w7
  const c5 = d0 * a5 + d1 * a4 + d2 * a3 + a6 * w9 + d7 * w8
  const c6 = d0 * a6 + d1 * d5 + d2 * a4 + d3 * a3 + d7 * w9 + a8 * w8
  const c7 = d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + a8 * w9
  const c8 = d0 * a8 + d1 * d7 + d2 * a6 + d3 * d5 + a4 * a4 + a9 * w9
  const c9 = d0 * a9 + d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5
  carry(r, c0 << shift, c1 << shift, c2 << shift, c3 << shift, c4 << shift, c5 << shift, c6 << shift, c7 << shift, c8 << shift, c9 << shift)
}

/** Carries ten columns into limbs, in ref10's order: two chains that start at columns 0 and 4 and end at 4 and 0 once more. */
@inline
function carry (r: usize, c0: i64, c1: i64, c2: i64, c3: i64, c4: i64, c5: i64, c6: i64, c7: i64, c8: i64, c9: i64): void {
  let over = (c0 + (1 << 25)) >> 26; c1 += over; c0 -= over << 26
  over = (c4 + (1 << 25)) >> 26; c5 += over; c4 -= over << 26
  over = (c1 + (1 << 24)) >> 25; c2 += over; c1 -= over << 25
  over = (c5 + (1 << 24)) >> 25; c6 += over; c5 -= over << 25
  over = (c2 + (1 << 25)) >> 26; c3 += over; c2 -= over << 26
  over = (c6 + (1 << 25)) >> 26; c7 += over; c6 -= over << 26
  over = (c3 + (1 << 24)) >> 25; c4 += over; c3 -= over << 25
  over = (c7 + (1 << 24)) >> 25; c8 += over; c7 -= over << 25
  over = (c4 + (1 << 25)) >> 26; c5 += over; c4 -= over << 26
  over = (c8 + (1 << 25)) >> 26; c9 += over; c8 -= over << 26
  over = (c9 + (1 << 24)) >> 25; c0 += over * 19; c9 -= over << 25
  over = (c0 + (1 << 25)) >> 26; c1 += over; c0 -= over << 26
  store<i32>(r, <i32>c0)
  store<i32>(r, <i32>c1, 4)
  store<i32>(r, <i32>c2, 8)
  store<i32>(r, <i32>c3, 12)
  store<i32>(r, <i32>c4, 16)
  store<i32>(r, <i32>c5, 20)
  store<i32>(r, <i32>c6, 24)
  store<i32>(r, <i32>c7, 28)
  store<i32>(r, <i32>c8, 32)
  store<i32>(r, <i32>c9, 36)
}

/** r = a, carried; takes any limbs. */
export function carried (r: usize, a: usize): void {
  carry(r, load<i32>(a), load<i32>(a, 4), load<i32>(a, 8), load<i32>(a, 12), load<i32>(a, 16), load<i32>(a, 20), load<i32>(a, 24), load<i32>(a, 28), load<i32>(a, 32), load<i32>(a, 36))
}

/** r = the number below 2^255 in four little-endian words. Limbs are not signed: up to 2^26 and 2^25, as a sum of two carried elements. */
export function fromWords (r: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  store<i32>(r, <i32>(w0 & 0x3ffffff))
  store<i32>(r, <i32>((w0 >> 26) & 0x1ffffff), 4)
  store<i32>(r, <i32>((w0 >> 51 | w1 << 13) & 0x3ffffff), 8)
  store<i32>(r, <i32>((w1 >> 13) & 0x1ffffff), 12)
  store<i32>(r, <i32>(w1 >> 38), 16)
  store<i32>(r, <i32>(w2 & 0x1ffffff), 20)
  store<i32>(r, <i32>((w2 >> 25) & 0x3ffffff), 24)
  store<i32>(r, <i32>((w2 >> 51 | w3 << 13) & 0x1ffffff), 28)
  store<i32>(r, <i32>((w3 >> 12) & 0x3ffffff), 32)
  store<i32>(r, <i32>((w3 >> 38) & 0x1ffffff), 36)
}

/** Writes the element's number in [0, p) as 32 bytes, little-endian; takes limbs up to 1.1·2^26 and 1.1·2^25 (ref10's fe_tobytes). */
export function toBytes (to: usize, a: usize): void {
  let h0 = load<i32>(a)
  let h1 = load<i32>(a, 4)
  let h2 = load<i32>(a, 8)
  let h3 = load<i32>(a, 12)
  let h4 = load<i32>(a, 16)
  let h5 = load<i32>(a, 20)
  let h6 = load<i32>(a, 24)
  let h7 = load<i32>(a, 28)
  let h8 = load<i32>(a, 32)
  let h9 = load<i32>(a, 36)
  // q = floor(a / p): then a - q·p = a + 19 q - 2^255 q
  let q = (19 * h9 + (1 << 24)) >> 25
  q = (h0 + q) >> 26
  q = (h1 + q) >> 25
  q = (h2 + q) >> 26
  q = (h3 + q) >> 25
  q = (h4 + q) >> 26
  q = (h5 + q) >> 25
  q = (h6 + q) >> 26
  q = (h7 + q) >> 25
  q = (h8 + q) >> 26
  q = (h9 + q) >> 25
  h0 += 19 * q
  let over = h0 >> 26; h1 += over; h0 -= over << 26
  over = h1 >> 25; h2 += over; h1 -= over << 25
  over = h2 >> 26; h3 += over; h2 -= over << 26
  over = h3 >> 25; h4 += over; h3 -= over << 25
  over = h4 >> 26; h5 += over; h4 -= over << 26
  over = h5 >> 25; h6 += over; h5 -= over << 25
  over = h6 >> 26; h7 += over; h6 -= over << 26
  over = h7 >> 25; h8 += over; h7 -= over << 25
  over = h8 >> 26; h9 += over; h8 -= over << 26
  h9 &= 0x1ffffff // the carry beyond is 2^255 q
  store<u64>(to, <u64>h0 | <u64>h1 << 26 | <u64>h2 << 51)
  store<u64>(to, <u64>h2 >> 13 | <u64>h3 << 13 | <u64>h4 << 38, 8)
  store<u64>(to, <u64>h5 | <u64>h6 << 25 | <u64>h7 << 51, 16)
  store<u64>(to, <u64>h7 >> 13 | <u64>h8 << 12 | <u64>h9 << 38, 24)
}
