// Preloaded into lpack by child.ts: writes into KILL_JOURNAL where the main thread is in its work on the disk, and at the place that
// KILL_AT names ("<place>/<before, half or after>/<which time>") kills its own process, as kill -9 does.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const DRAFT_IN = kind => new RegExp(`/${kind}/\\.[0-9a-f]{16}\\.tmp$`)
const STREAM_DRAFT = DRAFT_IN('streams')
const RECORD_DRAFT = DRAFT_IN('(index|artifacts|findings)')
const ZIP_DRAFT = /\/\.[0-9a-f]{16}\.tmp\/[^/]+\.zip$/
const OTHER_DRAFT = /\/\.[0-9a-f]{16}\.tmp$/
const JOURNAL_BYTES = 64

const real = { ...fs, rm: fs.promises.rm }
const journal = isMainThread ? real.openSync(process.env.KILL_JOURNAL, 'w') : -1
const [targetPlace, targetMoment, targetTime] = (process.env.KILL_AT ?? '').split('/')
const fdPlaces = new Map()
let time = 0

if (isMainThread) {
  note('elsewhere')
  watch()
  syncBuiltinESMExports()
}

function watch() {
  fs.openSync = (path, ...rest) => {
    const fd = real.openSync(path, ...rest)
    fdPlaces.set(fd, writePlace(String(path)))
    return fd
  }
  fs.closeSync = fd => {
    fdPlaces.delete(fd)
    real.closeSync(fd)
  }
  fs.writeSync = (fd, bytes, offset = 0, ...rest) => {
    const place = placeOfWrite(fd, bytes)
    if (place === null) return real.writeSync(fd, bytes, offset, ...rest)
    const half = () => real.writeSync(fd, bytes, offset, Math.floor((bytes.length - offset) / 2))
    return within(place, () => real.writeSync(fd, bytes, offset, ...rest), half)
  }
  fs.renameSync = (from, to) => {
    const place = renamePlace(String(from), String(to))
    return place === null ? real.renameSync(from, to) : within(place, () => real.renameSync(from, to))
  }
  fs.unlinkSync = path => within('removal', () => real.unlinkSync(path))
  fs.promises.rm = (path, options) => {
    // What it removes first is one file, so that a kill finds it in the middle.
    const half = () =>
      real
        .readdirSync(path)
        .slice(0, 1)
        .map(name => real.rmSync(`${path}/${name}`, options))
    within('removal', () => undefined, half)
    return real.rm(path, options)
  }
}

function writePlace(path) {
  if (STREAM_DRAFT.test(path)) return 'cache write'
  if (RECORD_DRAFT.test(path)) return 'record write'
  if (ZIP_DRAFT.test(path)) return 'zip write'
  if (OTHER_DRAFT.test(path)) return 'ignore write'
  return path.endsWith('/written.log') ? 'log write' : null
}

function placeOfWrite(fd, bytes) {
  const place = fdPlaces.get(fd) ?? null
  // The log's draft is among the streams'.
  if (place === 'cache write' && bytes[0] === '='.charCodeAt(0)) fdPlaces.set(fd, 'log write')
  return fdPlaces.get(fd) ?? place
}

function renamePlace(from, to) {
  if (STREAM_DRAFT.test(from)) return to.endsWith('.log') ? 'log rename' : 'cache rename'
  if (RECORD_DRAFT.test(from)) return 'record rename'
  if (to.endsWith('/.gitignore')) return 'ignore rename'
  return ZIP_DRAFT.test(from) ? 'zip rename' : null
}

function within(place, action, half = action) {
  const isTarget = place === targetPlace && ++time === Number(targetTime)
  note(place)
  if (isTarget && targetMoment === 'before') die()
  if (isTarget && targetMoment === 'half') {
    half()
    note(place)
    die()
  }
  const result = action()
  if (isTarget) die()
  note('elsewhere')
  return result
}

function note(place) {
  real.writeSync(journal, Buffer.from(place.padEnd(JOURNAL_BYTES)), 0, JOURNAL_BYTES, 0)
}

function die() {
  process.kill(process.pid, 'SIGKILL')
  // Not one call more.
  for (;;);
}
