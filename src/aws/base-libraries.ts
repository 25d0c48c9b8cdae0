import type { NodeTarget, PythonTarget } from '../model.ts'

/** A release of glibc, such as 2.34. */
export interface Release {
  readonly major: number
  readonly minor: number
}

/** What a native library can count on in Lambda's runtime. */
export interface BaseSystem {
  /** Such as Amazon Linux 2023. */
  readonly name: string
  readonly glibc: Release
  /** The newest version of each name that the C++ runtime libraries have, as numbers: GLIBCXX_3.4.33 is [3, 4, 33]. */
  readonly newest: ReadonlyMap<string, readonly number[]>
  /** True where the runtime has a library of this file name, or may have it. */
  readonly mayHave: (library: string) => boolean
}

/** The day on which the lists below were last compared with their sources. */
export const BASE_LIBRARIES_CHECKED_ON = '2026-11-23'

/** glibc's own, which every program has. https://sourceware.org/glibc/wiki/MasterIndex */
const GLIBC = [
  ...['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1', 'linux-vdso.so.1', 'libc.so.6', 'libm.so.6', 'libmvec.so.1'],
  ...['libdl.so.2', 'libpthread.so.0', 'librt.so.1', 'libutil.so.1', 'libresolv.so.2', 'libanl.so.1', 'libnsl.so.1'],
  ...['libBrokenLocale.so.1', 'libthread_db.so.1', 'libc_malloc_debug.so.0', 'libSegFault.so', 'libmemusage.so'],
  ...['libnss_compat.so.2', 'libnss_dns.so.2', 'libnss_files.so.2', 'libnss_hesiod.so.2', 'libnss_db.so.2'],
]

/** Of GCC and zlib, which the package managers of both systems need themselves. */
const TOOLCHAIN = ['libgcc_s.so.1', 'libstdc++.so.6', 'libz.so.1']

/**
 * Of packages that the images have or had; functions that are no images may see fewer. Where that is not sure, they count as there.
 * Amazon Linux 2: `ldd` in its images, https://github.com/lambgeo/docker-lambda/issues/34, and
 * https://github.com/awslabs/aws-media-replay-engine/issues/13 (OpenSSL 1.0.2). What was reported missing is not in the list: libexpat
 * (https://github.com/lambgeo/geo-layer/issues/14), libuuid (https://github.com/Automattic/node-canvas/issues/680), libgomp
 * (https://github.com/dmlc/xgboost/issues/11048), libGL (https://github.com/lambci/docker-lambda/issues/318).
 */
const PERHAPS_2 = [
  ...[
    'libacl.so.1',
    'libattr.so.1',
    'libbz2.so.1',
    'libcap.so.2',
    'libcom_err.so.2',
    'libcrypt.so.1',
    'libcrypto.so.10',
  ],
  ...[
    'libcurl.so.4',
    'libdb-5.3.so',
    'libelf.so.1',
    'libffi.so.6',
    'libffi.so.8',
    'libgcrypt.so.11',
    'libglib-2.0.so.0',
  ],
  ...[
    'libgmp.so.10',
    'libgobject-2.0.so.0',
    'libgpg-error.so.0',
    'libgpgme.so.11',
    'libgssapi_krb5.so.2',
    'libgthread-2.0.so.0',
  ],
  ...[
    'libidn2.so.0',
    'libk5crypto.so.3',
    'libkeyutils.so.1',
    'libkrb5.so.3',
    'libkrb5support.so.0',
    'liblber-2.4.so.2',
  ],
  ...['libldap-2.4.so.2', 'liblua-5.1.so', 'liblzma.so.5', 'libmagic.so.1', 'libncurses.so.6', 'libncursesw.so.6'],
  ...['libnghttp2.so.14', 'libnspr4.so', 'libnss3.so', 'libnssutil3.so', 'libpcre.so.1', 'libplc4.so', 'libplds4.so'],
  ...[
    'libpopt.so.0',
    'libreadline.so.6',
    'librpm.so.3',
    'libsasl2.so.3',
    'libselinux.so.1',
    'libsmime3.so',
    'libsqlite3.so.0',
  ],
  ...[
    'libssh2.so.1',
    'libssl.so.10',
    'libssl3.so',
    'libtinfo.so.6',
    'libunistring.so.0',
    'libxml2.so.2',
    'libssl.so.1.1',
  ],
  ...['libcrypto.so.1.1', 'libssl.so.3', 'libcrypto.so.3', 'libnode.so'],
]

/**
 * Amazon Linux 2023: the packages of public.ecr.aws/lambda/python:3.12, https://github.com/amazonlinux/amazon-linux-2023/issues/585, and of
 * AL2023's container images, https://github.com/docker-library/official-images/pull/16541. OpenSSL 3 is also beside the interpreter,
 * https://github.com/amazonlinux/amazon-linux-2023/issues/625.
 */
const PERHAPS_2023 = [
  ...[
    'libacl.so.1',
    'libarchive.so.13',
    'libassuan.so.0',
    'libattr.so.1',
    'libaudit.so.1',
    'libblkid.so.1',
    'libbz2.so.1',
  ],
  ...[
    'libcap.so.2',
    'libcap-ng.so.0',
    'libcom_err.so.2',
    'libcrypt.so.1',
    'libcrypt.so.2',
    'libcrypto.so.3',
    'libcurl.so.4',
  ],
  ...['libdnf.so.2', 'libexpat.so.1', 'libffi.so.8', 'libgcrypt.so.20', 'libgio-2.0.so.0', 'libgirepository-1.0.so.1'],
  ...[
    'libglib-2.0.so.0',
    'libgmodule-2.0.so.0',
    'libgmp.so.10',
    'libgobject-2.0.so.0',
    'libgomp.so.1',
    'libgpg-error.so.0',
  ],
  ...[
    'libgpgme.so.11',
    'libgssapi_krb5.so.2',
    'libgthread-2.0.so.0',
    'libidn2.so.0',
    'libjson-c.so.5',
    'libk5crypto.so.3',
  ],
  ...[
    'libkeyutils.so.1',
    'libkrb5.so.3',
    'libkrb5support.so.0',
    'liblua-5.4.so',
    'liblz4.so.1',
    'liblzma.so.5',
    'libmagic.so.1',
  ],
  ...[
    'libmodulemd.so.2',
    'libmount.so.1',
    'libmpfr.so.6',
    'libncurses.so.6',
    'libncursesw.so.6',
    'libnghttp2.so.14',
    'libnpth.so.0',
  ],
  ...[
    'libp11-kit.so.0',
    'libpcre2-8.so.0',
    'libpeas-1.0.so.0',
    'libpopt.so.0',
    'libpsl.so.5',
    'libreadline.so.8',
    'librepo.so.0',
  ],
  ...[
    'librpm.so.9',
    'librpmio.so.9',
    'libselinux.so.1',
    'libsepol.so.2',
    'libsigsegv.so.2',
    'libsmartcols.so.1',
    'libsolv.so.1',
  ],
  ...[
    'libsqlite3.so.0',
    'libssl.so.3',
    'libtasn1.so.6',
    'libtinfo.so.6',
    'libunistring.so.2',
    'libuuid.so.1',
    'libverto.so.1',
  ],
  ...['libxml2.so.2', 'libyaml-0.so.2', 'libzstd.so.1', 'libnode.so'],
]

const AMAZON_LINUX_2 = system('Amazon Linux 2', { major: 2, minor: 26 }, PERHAPS_2, [
  // GCC 7.3. https://github.com/aws/aws-lambda-base-images/issues/87, https://github.com/node-ffi-napi/node-ffi-napi/issues/252
  ['GLIBCXX', [3, 4, 24]],
  ['CXXABI', [1, 3, 11]],
  ['GCC', [7, 0, 0]],
])

const AMAZON_LINUX_2023 = system('Amazon Linux 2023', { major: 2, minor: 34 }, PERHAPS_2023, [
  // GCC 11 (GLIBCXX_3.4.29) until it came to GCC 14's in 2025. https://github.com/amazonlinux/container-images/issues/132
  ['GLIBCXX', [3, 4, 33]],
  ['CXXABI', [1, 3, 15]],
  ['GCC', [14, 0, 0]],
])

/** From this version on Node.js runs on Amazon Linux 2023. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const FIRST_NODE_ON_2023 = 20

/** The system that a target's native libraries run on. A Python target's own glibc counts. */
export function baseSystemOf(target: PythonTarget | NodeTarget): BaseSystem {
  if ('major' in target) return target.major < FIRST_NODE_ON_2023 ? AMAZON_LINUX_2 : AMAZON_LINUX_2023
  const base = target.glibc.minor < AMAZON_LINUX_2023.glibc.minor ? AMAZON_LINUX_2 : AMAZON_LINUX_2023
  const python = new Set([`libpython${target.version}.so.1.0`, 'libpython3.so'])
  return { ...base, glibc: target.glibc, mayHave: library => python.has(library) || base.mayHave(library) }
}

function system(
  name: string,
  glibc: Release,
  perhaps: readonly string[],
  newest: readonly (readonly [string, readonly number[]])[],
): BaseSystem {
  const libraries = new Set([...GLIBC, ...TOOLCHAIN, ...perhaps])
  return { name, glibc, newest: new Map(newest), mayHave: library => libraries.has(library) }
}
