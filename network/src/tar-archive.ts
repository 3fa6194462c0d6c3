/** A tar archive (POSIX ustar) of a few files, without names, dates or owners of this machine. */

const block = 512

/** @param files content by name; names of at most 100 ASCII characters */
export function tarArchive (files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts: Buffer[] = []
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    parts.push(header(name, bytes.length), bytes, Buffer.alloc((block - bytes.length % block) % block))
  }
  // two empty blocks end an archive
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}

function header (name: string, size: number): Buffer {
  const header = Buffer.alloc(block)
  const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0') + '\0'
  header.write(name, 0, 100, 'ascii')
  header.write(octal(0o644, 8), 100) // mode
  header.write(octal(0, 8), 108) // owner
  header.write(octal(0, 8), 116) // group
  header.write(octal(size, 12), 124)
  header.write(octal(0, 12), 136) // time
  header.write(' '.repeat(8), 148) // the checksum counts as spaces while it is computed
  header.write('0', 156) // a plain file
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(sum.toString(8).padStart(6, '0') + '\0 ', 148)
  return header
}
