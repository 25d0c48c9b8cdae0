import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, REPOSITORY } from './helpers.ts'

const NOUNS = ['model', 'errors', 'findings']
const LIBRARIES = ['formats', 'deflate', 'cache', 'aws', 'system']
const STAGES = ['config', 'plan', 'files', 'check', 'zip', 'image', 'report']

/** Which rooms a room may import beside itself. pack.ts, inspect.ts, standing.ts and the edges alone join the stages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  errors: ['model'],
  findings: ['model'],
  ...Object.fromEntries(LIBRARIES.map(room => [room, [...NOUNS, ...LIBRARIES]])),
  ...Object.fromEntries(STAGES.map(room => [room, [...NOUNS, ...LIBRARIES]])),
  pack: [...NOUNS, ...LIBRARIES, ...STAGES],
  inspect: [...NOUNS, ...LIBRARIES, ...STAGES, 'pack'],
  standing: [...NOUNS, ...LIBRARIES, ...STAGES, 'pack'],
  cli: [...NOUNS, ...LIBRARIES, 'config', 'report', 'pack', 'inspect', 'standing'],
  api: [...NOUNS, ...LIBRARIES, 'config', 'report', 'pack', 'inspect', 'standing'],
  index: ['model', 'errors', 'findings', 'config', 'report', 'api'],
}

/** Each third-party package has one file that knows it; esbuild has one for each of its uses. */
const OWNER: Readonly<Record<string, string | readonly string[]>> = {
  '@cyclonedx/cyclonedx-library/Contrib/License': 'report/sbom.ts',
  '@cyclonedx/cyclonedx-library/Enums': 'report/sbom.ts',
  '@cyclonedx/cyclonedx-library/Models': 'report/sbom.ts',
  '@cyclonedx/cyclonedx-library/Serialize': 'report/sbom.ts',
  '@cyclonedx/cyclonedx-library/Spec': 'report/sbom.ts',
  ajv: 'config/validate.ts',
  archiver: 'zip/archiver.ts',
  'compress-commons': 'zip/archiver.ts',
  cosmiconfig: 'config/find.ts',
  'crc-32': 'formats/crc32.ts',
  'd3-hierarchy': 'report/html/page/layout.ts',
  esbuild: ['config/typescript.ts', 'files/node/bundle/esbuild.ts', 'report/html/page-code.js'],
  execa: 'system/processes.ts',
  'fastest-levenshtein': 'formats/nearest.ts',
  libdeflate: 'deflate/libdeflate.js',
  picomatch: 'formats/glob.ts',
  'js-yaml': 'formats/yaml.ts',
  'smol-toml': 'formats/toml.ts',
  'spdx-expression-parse': 'report/sbom.ts',
  'tar-stream': 'image/tar.ts',
  undici: 'system/network.ts',
  yauzl: 'formats/zip-directory.ts',
  'yocto-spinner': 'cli/progress.ts',
  'zip-stream': 'zip/archiver.ts',
}

/** The doors to the world outside; only system/ and the program's edge go through. */
const WORLD = [
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:http',
  'node:https',
  'node:net',
  'node:tls',
  'node:dns',
]
const EDGE = ['cli/start.ts']

const SOURCES = readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => /\.(ts|js)$/.test(file) && !file.endsWith('.d.ts'))
  .sort()

describe('architecture', it => {
  it('has sources to look at', () => {
    assert.ok(SOURCES.length > 50)
  })

  for (const file of SOURCES) {
    const text = readFileSync(join(REPOSITORY, 'src', file), 'utf8')
    it(`src/${file} imports only what its room may`, () => {
      for (const specifier of importsOf(text)) {
        if (specifier.startsWith('.')) checkRoom(file, specifier)
        else if (specifier.startsWith('node:')) checkWorld(file, specifier)
        else
          assert.ok(
            [OWNER[specifier] ?? []].flat().includes(file),
            `src/${file} imports "${specifier}", which belongs to src/${OWNER[specifier]}`,
          )
      }
    })
  }

  it('touches the process in system/ and at the edge alone', () => {
    const offenders = SOURCES.filter(file => !file.startsWith('system/') && !EDGE.includes(file)).filter(file =>
      /\bprocess\.(env|cwd|argv|platform|exit|std)|\bDate\.now\(|\bnew Date\(\)|Math\.random|localeCompare/.test(
        readFileSync(join(REPOSITORY, 'src', file), 'utf8'),
      ),
    )
    assert.equal(offenders, [])
  })

  it('has an owner on disk for each package', () => {
    assert.equal(
      [...new Set(Object.values(OWNER).flat())].filter(file => !SOURCES.includes(file)),
      [],
    )
  })
})

function checkRoom(file: string, specifier: string): void {
  const target = normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
  if (target.startsWith('..')) {
    assert.is(target, '../schema.json', `src/${file} imports ${target}, which is outside of src/`)
    return
  }
  const allowed = [roomOf(file), ...(MAY_IMPORT[roomOf(file)] ?? [])]
  assert.ok(allowed.includes(roomOf(target)), `src/${file} must not import "${specifier}" (${roomOf(target)})`)
}

function checkWorld(file: string, specifier: string): void {
  if (!WORLD.includes(specifier)) return
  assert.ok(file.startsWith('system/'), `src/${file} imports "${specifier}"; only system/ touches the world`)
}

function roomOf(file: string): string {
  return (file.split('/')[0] ?? file).replace(/\.(ts|js)$/, '')
}

/** Static imports, re-exports, imports for effect and import(). */
function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:^(?:import|export)\b[^'"]*?\bfrom\s+|^import\s+|\bimport\()['"]([^'"]+)['"]/gm)
  return [...found].map(match => match[1] ?? '')
}
