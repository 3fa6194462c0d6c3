import t from 'tap'
import { codeHash, drawCode, normaliseCode } from '../src/invitation-code.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

t.test('a code is drawn in groups and read as people type it', async (t) => {
  const code = drawCode()
  t.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{5}$/)
  const text = code.replaceAll('-', '')
  t.equal(normaliseCode(code), text)
  t.equal(normaliseCode(` ${code.toLowerCase().replaceAll('-', ' ')} `), text)
  t.equal(normaliseCode(text.replaceAll('0', 'o').replaceAll('1', 'l')), text)
  t.equal(new Set(Array.from({ length: 1000 }, drawCode)).size, 1000)
})

t.test('one wrong symbol and two exchanged ones always show', async (t) => {
  for (let round = 0; round < 20; round++) {
    const text = normaliseCode(drawCode())!
    const symbols = [...text]
    let missed = 0
    for (const [i, symbol] of symbols.entries()) {
      for (const other of alphabet) {
        if (other !== symbol && normaliseCode(symbols.with(i, other).join('')) !== undefined) missed++
      }
      for (let j = i + 1; j < symbols.length; j++) {
        if (symbols[j] !== symbol && normaliseCode(symbols.with(i, symbols[j]!).with(j, symbol).join('')) !== undefined) missed++
      }
    }
    t.equal(missed, 0)
  }
})

t.test('what can\'t be a code is none', async (t) => {
  for (const text of ['', '-', 'U'.repeat(21), '0'.repeat(20), '0'.repeat(22), '0'.repeat(1000), 'é'.repeat(21)]) t.equal(normaliseCode(text), undefined, text.slice(0, 30))
})

t.test('its hash depends on the registrar\'s secret and the election', async (t) => {
  const secret = new Uint8Array(32).fill(1)
  const hash = codeHash(secret, 'a', 'CODE')
  t.match(hash, /^[0-9a-f]{64}$/)
  t.not(codeHash(new Uint8Array(32), 'a', 'CODE'), hash)
  t.not(codeHash(secret, 'b', 'CODE'), hash)
})
