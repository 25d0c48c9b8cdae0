import type { JudgedLimit, MeasuredFile, PackageSize } from '../../src/model.ts'
import type { PublicReport, ReportDocument } from '../../src/report/json.ts'
import { OWN } from '../../src/report/packages.ts'

// Reports as `lpack report --json` prints them, for the tests of its other forms.

/** Of two functions: one with packages that fits, one that is over its budget. */
export function sample(): ReportDocument {
  const api = testReport({
    name: 'api',
    packages: [
      testPackage('numpy', '2.2.6', 15_325_000, 55_785_000, 591, ['(direct)', 'pandas'], 'BSD-3-Clause'),
      testPackage('pandas', '2.3.1', 4_200_000, 21_000_000, 402, ['(direct)'], 'BSD License'),
      testPackage('charset-normalizer', '3.4.2', 138_500, 474_600, 21, ['requests'], 'MIT'),
      testPackage(OWN, '', 1900, 4096, 2, [], null),
    ],
    files: [
      testFileRow('app/handler.py', 1500, 4000),
      testFileRow('app/util.py', 400, 96),
      testFileRow('numpy.libs/libscipy_openblas64_-56d6093b.so', 7_000_000, 25_000_000, 'numpy', 'library of numpy'),
      testFileRow(
        'numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so',
        8_325_000,
        30_785_000,
        'numpy',
        'compiled module of numpy',
      ),
      testFileRow(
        'pandas/_libs/algos.cpython-313-x86_64-linux-gnu.so',
        4_200_000,
        21_000_000,
        'pandas',
        'compiled module of pandas',
      ),
    ],
    limits: [
      limit('zip-direct-upload', 19_665_422, 52_428_800, 'ok', 'warning'),
      limit('unzipped', 77_263_696, 262_144_000, 'ok', 'error'),
      limit('budget-growth', 19_665_422, 20_000_000, 'ok', 'error'),
    ],
    leftOut: [
      { rule: 'type stubs', files: 237, bytes: 1_258_291 },
      { rule: '__pycache__', files: 3, bytes: 0 },
    ],
    duplicates: [
      {
        kind: 'content',
        paths: ['numpy/LICENSE.txt', 'pandas/LICENSE.txt', 'z/LICENSE.txt'],
        bytes: 40_000,
        zippedBytes: 22_000,
      },
      { kind: 'versions', name: 'urllib3', versions: ['1.26.20', '2.5.0'], zippedBytes: 120_000 },
    ],
    findings: [
      {
        code: 'NOT_HASH_LOCKED',
        severity: 'note',
        path: '/project/requirements.txt',
        message: 'requirements.txt has no hashes, so the index decides what is packed. `uv export` writes them.',
      },
    ],
    silenced: [{ code: 'CASE_COLLISION', path: 'a', reason: 'known' }],
  })
  const worker = testReport({
    name: 'worker',
    packages: [testPackage(OWN, '', 700_000, 2_000_000, 1, [], null)],
    files: [testFileRow('index.mjs', 700_000, 2_000_000, OWN, 'bundle of the handler')],
    limits: [
      limit('zip-direct-upload', 700_022, 52_428_800, 'ok', 'warning'),
      limit('unzipped', 2_000_000, 262_144_000, 'ok', 'error'),
      limit('budget-zipped', 700_022, 524_288, 'over', 'error'),
    ],
    ok: false,
  })
  const total = {
    bytes: api.artifact.bytes + worker.artifact.bytes,
    unzippedBytes: api.artifact.unzippedBytes + worker.artifact.unzippedBytes,
    limits: [limit('total-zipped', 20_365_444, 22_020_096, 'near', 'error')],
    ok: true,
  }
  return { version: '1.2.3', functions: [api, worker], total }
}

/** A zip of another tool, with names that a terminal, Markdown and HTML would make something of. */
export function hostile(): ReportDocument {
  const names = [
    'a|b|c.py',
    'back`tick``s.py',
    '<img src=x onerror=alert(1)>.html',
    '@everyone/#1/GH-1.md',
    '[link](https://example.com)',
    'new\nline\r\n| cell |',
    'bell\u0007\u001b[2J\u001b]0;title\u0007',
    'right\u202eto left',
    '__init__/*.py',
    'www.example.com/https://example.com',
    '数据处理/处理模块数据处理模块数据处理模块数据处理模块数据处理模块数据处理模块.py',
    '👨‍👩‍👧‍👦/🇩🇪.txt',
    ' leading and trailing ',
    'back\\slash|pipe\\|both',
    '</code></details><script>alert(1)</script>',
    `${'long/'.repeat(60)}name.py`,
  ]
  const report = testReport({
    name: 'some.zip',
    runtime: null,
    architecture: null,
    handler: null,
    packages: [
      testPackage('数据|包`', '1.0\n2', 5000, 5000, 8, ['@evil/<b>', '|'], 'MIT | <b>GPL</b>'),
      testPackage(OWN, '', 3000, 3000, 8, [], null),
    ],
    files: names.map((path, place) => testFileRow(path, 2000 - place, 3000)),
    limits: [limit('zip-direct-upload', 60_000_000, 52_428_800, 'over', 'warning')],
    leftOut: [{ rule: '*.egg-info|<i>', files: 1, bytes: 5 }],
    duplicates: [{ kind: 'content', paths: names.slice(0, 3), bytes: 3000, zippedBytes: 4000 }],
    findings: [
      { code: 'NAME_UNPACKABLE', severity: 'warning', path: 'x', message: 'The name "<b>|`@me`" \u001b[31mis odd.' },
    ],
    checked: false,
  })
  return { version: '1.2.3', functions: [report], total: null }
}

export function testReport(changes: Partial<PublicReport>): PublicReport {
  const { files = [], name = 'hello' } = changes
  const bytes = files.reduce((sum, file) => sum + file.zippedBytes, 22)
  const unzippedBytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return {
    name,
    runtime: 'python3.13',
    architecture: 'x86_64',
    handler: 'app.handler',
    artifact: {
      kind: 'zip',
      path: `/project/lpack.out/${name}`.replace(/(?<!\.zip)$/, '.zip'),
      bytes,
      unzippedBytes,
      files: files.length,
      sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      codeSha256: 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=',
      unchanged: true,
    },
    packages: [],
    limits: [],
    findings: [],
    silenced: [],
    files,
    inlined: [],
    otherBytes: 22,
    leftOut: [],
    duplicates: [],
    checked: true,
    ok: true,
    ...changes,
  }
}

export function testFileRow(
  path: string,
  zippedBytes: number,
  bytes: number,
  of: string = OWN,
  reason = 'own file',
): MeasuredFile {
  return { path, bytes, zippedBytes, crc32: '00000000', mode: '644', package: of, reason }
}

function testPackage(
  name: string,
  version: string,
  zippedBytes: number,
  bytes: number,
  files: number,
  requiredBy: readonly string[],
  licence: string | null,
): PackageSize {
  return { id: name, name, version, bytes, zippedBytes, files, requiredBy, licence }
}

function limit(
  id: string,
  bytes: number,
  most: number,
  status: JudgedLimit['status'],
  severity: JudgedLimit['severity'],
): JudgedLimit {
  return { id, bytes, limit: most, status, severity }
}
