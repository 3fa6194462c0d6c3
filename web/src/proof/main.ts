import { ScrutinProof } from './scrutin-proof.ts'

customElements.define('scrutin-proof', ScrutinProof)
