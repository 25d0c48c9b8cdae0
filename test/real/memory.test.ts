import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { builtLpack, output } from './programs.ts'

const MIB = 1_048_576

/** Runs a program and prints the most memory that it held, in bytes. */
const MEASURE = `
import resource, subprocess, sys
result = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
print(result.stdout.decode())
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
sys.exit(result.returncode)
`

describe('peak memory', it => {
  it('is under 300 MiB for a tree of 250 MB with no file over 30 MB', () =>
    inTemporaryFolder(async dir => {
      const { peak, unzippedBytes } = await pack(dir, [
        'numpy==2.2.6',
        'pandas==2.3.1',
        'scipy==1.15.3',
        'scikit-learn==1.7.1',
        'joblib==1.5.1',
        'threadpoolctl==3.6.0',
        'python-dateutil==2.9.0.post0',
        'pytz==2025.2',
        'tzdata==2025.2',
        'six==1.17.0',
      ])
      assert.ok(unzippedBytes > 200_000_000, `${unzippedBytes} bytes unzipped`)
      assert.ok(peak < 300 * MIB, `${(peak / MIB).toFixed(0)} MiB`)
    }))

  it('is 2.5 times a large file more while that is in flight', () =>
    inTemporaryFolder(async dir => {
      const { peak, unzippedBytes } = await pack(dir, ['polars==1.38.1', 'polars-runtime-32==1.38.1'])
      assert.ok(unzippedBytes > 100_000_000, `${unzippedBytes} bytes unzipped`)
      assert.ok(peak < 300 * MIB + 2.5 * unzippedBytes, `${(peak / MIB).toFixed(0)} MiB`)
    }))
})

async function pack(dir: string, requirements: readonly string[]): Promise<{ peak: number; unzippedBytes: number }> {
  await mkdir(join(dir, 'app'))
  await writeFile(join(dir, 'app/lambda_function.py'), 'def lambda_handler(event, context): ...\n')
  await writeFile(join(dir, 'app/requirements.txt'), `${requirements.join('\n')}\n`)
  await writeFile(
    join(dir, 'app/lpack.config.json'),
    JSON.stringify({ name: 'app', runtime: 'python3.12', slim: 'none' }),
  )
  const printed = await output('python3', ['-c', MEASURE, process.execPath, await builtLpack(), 'zip', '--json'], {
    cwd: join(dir, 'app'),
    env: { ...process.env, LPACK_CACHE_DIR: join(dir, 'cache') },
  })
  const end = printed.lastIndexOf('\n')
  const { functions } = JSON.parse(printed.slice(0, end)) as {
    functions: { artifact: { unzippedBytes: number; bytes: number } }[]
  }
  const { unzippedBytes, bytes } = functions[0]?.artifact ?? { unzippedBytes: 0, bytes: 0 }
  const peak = Number(printed.slice(end))
  console.log(`    ${unzippedBytes} bytes unzipped, ${bytes} zipped, peak ${(peak / MIB).toFixed(0)} MiB`)
  return { peak, unzippedBytes }
}
