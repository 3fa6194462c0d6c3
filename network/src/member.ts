/** A member with its place in the network: what its processes are made from. */
import type { Consortium, ConsortiumMember } from './consortium.ts'
import { memberFolders, type MemberFolders } from './layout.ts'
import { portsOfMember, type MemberPorts } from './ports.ts'

export interface Member extends ConsortiumMember {
  readonly folders: MemberFolders
  readonly ports: MemberPorts
}

export function membersOf (consortium: Consortium, dataFolder: string, portBase = consortium.ports.base): Member[] {
  return consortium.members.map((member, index) => ({
    ...member,
    folders: memberFolders(dataFolder, member.name),
    ports: portsOfMember(portBase, index),
  }))
}
