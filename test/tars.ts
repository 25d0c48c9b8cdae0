/** A ustar archive in memory, the same bytes for the same files. */
export function makeTar(files: Readonly<Record<string, string>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text)
    const head = Buffer.alloc(512)
    const slash = path.length > 100 ? path.lastIndexOf('/', 154) : -1
    head.write(path.slice(slash + 1), 0)
    head.write('0000644\0', 100)
    head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    head.write('0', 156)
    head.write('ustar\x0000', 257, 'latin1')
    if (slash !== -1) head.write(path.slice(0, slash), 345)
    head.write(' '.repeat(8), 148)
    const sum = head.reduce((total, byte) => total + byte, 0)
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [head, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}
