/** One of many machines: takes what the team's cache has, makes and shares the rest, and prints what became of it. */
import { batchOf, contentOf, finishedOf, machine, plain } from '../cache/team-server.ts'
import { testSystem } from '../worlds.ts'

const [url = '', count = '0'] = process.argv.slice(2)
const { cache, warnings } = machine(url, { network: testSystem().network })
let hits = 0
const wrong: number[] = []
for (let n = 0; n < Number(count); n++) {
  const contents = [contentOf(3_000, n), contentOf(200_000 + n, 5), contentOf(0)]
  const made = contents.map(finishedOf)
  const found = await cache.get(batchOf(contents))
  if (found === null) {
    cache.put(made)
    continue
  }
  hits++
  if (JSON.stringify(plain(found)) !== JSON.stringify(plain(made))) wrong.push(n)
}
await cache.settle()
console.log(JSON.stringify({ hits, wrong, warnings }))
