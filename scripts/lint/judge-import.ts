import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { rooms, testFoundations, type Room } from './room-table.ts'

/**
 * Says why a file may not import a module, or `undefined` if it may.
 *
 * Relative imports are judged by the path they resolve to, packages and
 * Node's own modules by their name.
 *
 * @param file the importing file, relative to the repository's root, with forward slashes
 * @param specifier what stands in the import
 */
export function judgeImport (file: string, specifier: string): string | undefined {
  const name = roomOf(file)
  const room = name === undefined ? undefined : rooms[name]
  if (name === undefined || room === undefined) return undefined
  if (specifier.startsWith('.')) return judgeRelative(file, name, room, specifier)
  if (specifier.startsWith('/') || /^(file|data|https?):/.test(specifier)) {
    return `«${specifier}» is an address; import by package name or relative path`
  }
  if (isTest(file)) return undefined
  if (isBuiltin(specifier)) return judgeBuiltin(file, name, room, specifier)
  return judgePackage(name, room, specifier)
}

function judgeRelative (file: string, name: string, room: Room, specifier: string): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(file), specifier))
  if (target.startsWith('..')) return `«${specifier}» lies outside the repository`
  if (target === 'package.json') return undefined
  if (!isTest(file) && isTest(target)) return `«${specifier}» is test support; sources do not import it`
  const other = roomOf(target)
  if (other === name) return undefined
  if (other === undefined || rooms[other] === undefined) {
    return name === 'scripts' ? undefined : `«${specifier}» lies in no room`
  }
  const allowed = allowedRooms(file, room)
  if (allowed.includes(other)) return undefined
  const under = Object.entries(room.roomsUnder ?? {}).find(([, names]) => names.includes(other))
  if (under !== undefined) return `in ${name}/, only ${under[0]} may import ${other}/`
  return `${name}/ may not import ${other}/; it may import ${list(allowed, 'no other room')}`
}

function allowedRooms (file: string, room: Room): string[] {
  const allowed = [...room.rooms]
  for (const [path, names] of Object.entries(room.roomsUnder ?? {})) {
    if (file.startsWith(path)) allowed.push(...names)
  }
  if (isTest(file)) allowed.push(...testFoundations, ...room.testRooms ?? [])
  return allowed
}

function judgeBuiltin (file: string, name: string, room: Room, specifier: string): string | undefined {
  if (room.builtins === true) return undefined
  if (room.builtins !== false && room.builtins.test(file)) return undefined
  return `${name}/ runs outside Node too: «${specifier}» may not be imported here`
}

function judgePackage (name: string, room: Room, specifier: string): string | undefined {
  const packageName = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
  if (room.packages === undefined || room.packages.includes(packageName)) return undefined
  return `${name}/ may not import the package ${packageName}; it may import ${list(room.packages, 'none')}`
}

function roomOf (path: string): string | undefined {
  const slash = path.indexOf('/')
  return slash < 0 ? undefined : path.slice(0, slash)
}

/** Whether a path (from the repository's root) belongs to a room's tests. */
export function isTest (path: string): boolean {
  return path.split('/').slice(1).includes('test')
}

function list (names: readonly string[], none: string): string {
  return names.length === 0 ? none : [...new Set(names)].join(', ')
}
