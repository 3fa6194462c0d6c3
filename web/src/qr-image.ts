/** A QR code as a picture made of one path: nothing is fetched, and no style is needed in the document. */
import { svg, type SVGTemplateResult } from 'lit'
import { encode } from 'uqr'

const border = 4

export function qrImage (text: string, title: string): SVGTemplateResult {
  const { data, size } = encode(text, { ecc: 'M', border })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => dark ? [`M${x} ${y}h1v1h-1z`] : [])).join('')
  return svg`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${title} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff"></rect><path d=${path} fill="#000"></path>
  </svg>`
}
