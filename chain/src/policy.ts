/** Fabric's policies: which identities must have signed (common/cauthdsl, common/policies). */
import { common, msp } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type Identity, type IdentityKind, isIdentity, type MemberIdentities } from './member-identities.ts'
import { decode } from './wire.ts'

/** Whether identities satisfy the policy. Each has signed, and none is given twice. */
export type Policy = (signers: readonly Identity[]) => boolean

type Principal = (identity: Identity) => boolean

/** A `common.SignaturePolicyEnvelope`. Throws `input.malformed` for what SPEC.md 10.2 does not explain. */
export function signaturePolicy (members: MemberIdentities, envelope: common.SignaturePolicyEnvelope): Policy {
  if (envelope.getVersion() !== 0) throw new ScrutinError('input.malformed', 'a policy is of an unknown version')
  const principals = envelope.getIdentitiesList().map((principal) => parsePrincipal(members, principal))
  const rule = compile(envelope.getRule(), principals)
  return (signers) => rule(signers, signers.map(() => false))
}

type Rule = (signers: readonly Identity[], used: boolean[]) => boolean

/** One signature counts once: what a rule that holds has used, its neighbours can't use again. */
function compile (policy: common.SignaturePolicy | undefined, principals: readonly Principal[]): Rule {
  if (policy?.hasNOutOf() === true) {
    const nOutOf = policy.getNOutOf()!
    const needed = nOutOf.getN()
    const rules = nOutOf.getRulesList().map((rule) => compile(rule, principals))
    return (signers, used) => {
      let held = 0
      for (const rule of rules) {
        const attempt = [...used]
        if (!rule(signers, attempt)) continue
        held++
        attempt.forEach((value, i) => { used[i] = value })
      }
      return held >= needed
    }
  }
  if (policy?.hasSignedBy() === true) {
    const principal = principals[policy.getSignedBy()]
    if (principal === undefined) throw new ScrutinError('input.malformed', 'a policy names a principal that it does not list')
    return (signers, used) => {
      const found = signers.findIndex((identity, i) => used[i] !== true && principal(identity))
      if (found < 0) return false
      used[found] = true
      return true
    }
  }
  throw new ScrutinError('input.malformed', 'a policy has an empty rule')
}

function parsePrincipal (members: MemberIdentities, principal: msp.MSPPrincipal): Principal {
  const { ROLE, IDENTITY } = msp.MSPPrincipal.Classification
  const bytes = principal.getPrincipal_asU8()
  if (principal.getPrincipalClassification() === ROLE) {
    const role = decode('a principal', msp.MSPRole, bytes)
    const kind = kindOfRole(role.getRole())
    return (identity) => identity.mspId === role.getMspIdentifier() && (kind === 'member' || identity.kind === kind)
  }
  if (principal.getPrincipalClassification() === IDENTITY) {
    const named = members.identify(bytes)
    return (identity) => isIdentity(named) && identity.mspId === named.mspId && identity.certificate.fingerprint === named.certificate.fingerprint
  }
  throw new ScrutinError('input.malformed', 'a policy names a principal by something else than a role or an identity')
}

function kindOfRole (role: number): IdentityKind | 'member' {
  const { MEMBER, ADMIN, CLIENT, PEER, ORDERER } = msp.MSPRole.MSPRoleType
  const kind = new Map<number, IdentityKind | 'member'>([[MEMBER, 'member'], [ADMIN, 'admin'], [CLIENT, 'client'], [PEER, 'peer'], [ORDERER, 'orderer']]).get(role)
  if (kind === undefined) throw new ScrutinError('input.malformed', 'a policy names an unknown role')
  return kind
}

/** How many of the groups below must satisfy the policy of the same name. */
export function implicitMetaPolicy (definition: common.ImplicitMetaPolicy, below: readonly (Policy | undefined)[]): Policy {
  const { ANY, ALL, MAJORITY } = common.ImplicitMetaPolicy.Rule
  const needed = new Map<number, number>([[ANY, 1], [ALL, below.length], [MAJORITY, Math.floor(below.length / 2) + 1]]).get(definition.getRule())
  // Fabric lets anything pass where there is no group below; no channel of ours has such a place
  if (needed === undefined || below.length === 0) throw new ScrutinError('input.malformed', 'a policy counts over nothing')
  return (signers) => below.filter((policy) => policy?.(signers) === true).length >= needed
}
