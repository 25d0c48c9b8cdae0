import { gunzipSync } from 'node:zlib'
import { readTarTexts } from '../../../formats/tar.ts'
import { parseToml } from '../../../formats/toml.ts'
import { readDirectory, readMember } from '../../../formats/zip-directory.ts'
import type { Disk } from '../../../system/system.ts'
import { isTable } from '../locks/document.ts'

/** Build backends that exist for native code. */
const NATIVE_BACKENDS = /^(?:mesonpy|maturin|scikit_build_core|sipbuild|pyqtbuild|py_build_cmake|enscons|pymsbuild)\b/

/** What a build needs only to compile. */
const NATIVE_REQUIREMENTS =
  /^(?:cython|pybind11|nanobind|cffi|setuptools[-_]rust|scikit[-_]build|cmake|ninja|mypy\[mypyc\])(?![\w.-])/i

/** What a setup.py says that compiles. https://setuptools.pypa.io/en/latest/userguide/ext_modules.html */
const NATIVE_SETUP = /\b(?:ext_modules|cffi_modules|rust_extensions|cythonize|mypycify|Extension\s*\()/

/** Beyond this an unpacked source distribution isn't looked into; it may be built. */
const MOST_BYTES = 1 << 30

/** True if the build settings of a source distribution say that it compiles native code. */
export async function isNativeSdist(path: string, filename: string, disk: Disk): Promise<boolean> {
  const texts = await readSettings(path, filename, disk)
  for (const [name, text] of texts) {
    if (name.endsWith('/setup.py') && NATIVE_SETUP.test(text.replace(/#.*$/gm, ''))) return true
    if (name.endsWith('/pyproject.toml') && needsCompiler(text)) return true
  }
  return false
}

function needsCompiler(text: string): boolean {
  try {
    const system = parseToml(text)['build-system']
    if (!isTable(system)) return false
    const requires = Array.isArray(system['requires']) ? system['requires'] : []
    return (
      NATIVE_BACKENDS.test(String(system['build-backend'] ?? '')) ||
      requires.some(line => NATIVE_REQUIREMENTS.test(String(line)))
    )
  } catch (error) {
    if (error instanceof SyntaxError) return false // Its build will say so.
    throw error
  }
}

async function readSettings(path: string, filename: string, disk: Disk): Promise<ReadonlyMap<string, string>> {
  const isWanted = (name: string) => /^(?:\.\/)?[^/]+\/(?:setup\.py|pyproject\.toml)$/.test(name)
  if (filename.endsWith('.zip')) {
    const members = (await readDirectory(path, disk)).filter(({ name }) => isWanted(name))
    return new Map(
      await Promise.all(
        members.map(
          async member => [member.name, new TextDecoder().decode(await readMember(path, member, disk))] as const,
        ),
      ),
    )
  }
  if (!/\.(?:tar\.gz|tgz)$/.test(filename)) return new Map()
  const tar = unzipped(await disk.readBytes(path))
  return tar === null ? new Map() : readTarTexts(tar, isWanted)
}

/** Null for what is no gzip, or too large: the build tells. */
function unzipped(bytes: Uint8Array): Uint8Array | null {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES })
  } catch {
    return null
  }
}
