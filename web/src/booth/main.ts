import { ScrutinBooth } from './scrutin-booth.ts'

customElements.define('scrutin-booth', ScrutinBooth)
