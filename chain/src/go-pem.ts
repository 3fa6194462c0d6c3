/**
 * The first block of PEM in a text as Go finds it (encoding/pem, `Decode`), which
 * is what a Fabric peer takes for an identity's certificate: text around it,
 * headers and its type don't matter. Undefined when Go finds none.
 */
const start = '-----BEGIN '
const end = '\n-----END '
const dashes = '-----'

export function firstPemBlock (bytes: Uint8Array): Uint8Array | undefined {
  const text = new TextDecoder('latin1').decode(bytes)
  for (let from = 0; ;) {
    const endAt = text.indexOf(end, from)
    if (endAt < 0) return undefined
    const trailer = endAt + end.length
    const beginAt = text.slice(from, endAt).lastIndexOf(start) + from
    const block = beginAt < from || (beginAt > from && text[beginAt - 1] !== '\n') ? undefined : readBlock(text, beginAt + start.length, endAt, trailer)
    if (block === 'nothing follows') return undefined
    if (block !== undefined) return block
    from = trailer
  }
}

/** From behind the begin marker; undefined where Go looks for another block. */
function readBlock (text: string, from: number, endAt: number, trailer: number): Uint8Array | 'nothing follows' | undefined {
  const first = lineAt(text, from)
  if (!first.line.endsWith(dashes)) return undefined
  const type = first.line.slice(0, -dashes.length)
  let place = first.next
  let hasHeaders = false
  for (;;) {
    if (place >= text.length) return 'nothing follows'
    const { line, next } = lineAt(text, place)
    if (!line.includes(':')) break
    hasHeaders = true
    place = next
  }
  if (hasHeaders && place > endAt) return undefined
  if (text.slice(trailer, trailer + type.length + dashes.length) !== type + dashes) return undefined
  if (lineAt(text, trailer + type.length + dashes.length).line !== '') return undefined
  return endAt > place ? decodeBase64(text.slice(place, endAt)) : new Uint8Array(0)
}

/** The line at a place without its line break and the spaces and tabs before it, and where the next one begins. */
function lineAt (text: string, place: number): { line: string, next: number } {
  const feed = text.indexOf('\n', place)
  const line = feed < 0 ? text.slice(place) : text.slice(place, feed).replace(/\r$/, '')
  return { line: line.replace(/[ \t]+$/, ''), next: feed < 0 ? text.length : feed + 1 }
}

/** Standard base64 with its padding; spaces, tabs and line breaks are passed over. */
function decodeBase64 (text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/[ \t\r\n]/g, '')
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return undefined
  return Uint8Array.from(atob(digits), (character) => character.charCodeAt(0))
}
