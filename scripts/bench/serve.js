// Stores what is PUT and serves it to GET and HEAD, as a remote cache does; prints its address. GET /counts tells what was asked.
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const folder = process.argv[2] ?? ''
const counts = { puts: 0, gets: 0, misses: 0 }

createServer(async (request, response) => {
  if (request.url === '/counts') return response.end(JSON.stringify(counts))
  const file = join(folder, encodeURIComponent(request.url ?? ''))
  if (request.method === 'PUT') {
    const draft = `${file}.${counts.puts++}`
    await pipeline(request, createWriteStream(draft))
    await rename(draft, file)
    return response.writeHead(201).end()
  }
  const bytes = statSync(file, { throwIfNoEntry: false })?.size
  counts[bytes === undefined ? 'misses' : 'gets']++
  if (bytes === undefined) return response.writeHead(404).end()
  response.writeHead(200, { 'content-length': bytes })
  if (request.method === 'HEAD') return response.end()
  await pipeline(createReadStream(file), response)
}).listen(0, '127.0.0.1', function () {
  console.log(`http://127.0.0.1:${this.address().port}`)
})
