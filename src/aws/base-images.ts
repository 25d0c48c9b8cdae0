import type { Architecture } from '../model.ts'
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from './runtimes.ts'

/** Where AWS publishes them. https://gallery.ecr.aws/lambda (checked 2026-11-23) */
const REPOSITORY = 'public.ecr.aws/lambda'

/**
 * The reference of a runtime's base image for one architecture, such as public.ecr.aws/lambda/python:3.13-arm64.
 * https://docs.aws.amazon.com/lambda/latest/dg/python-image.html
 */
export function baseImageOf(runtime: string, architecture: Architecture): string {
  const known = [...PYTHON_RUNTIMES, ...NODE_RUNTIMES].find(({ id }) => id === runtime)
  const [, language = '', version = ''] = /^(python|nodejs)([\d.]+?)(?:\.x)?$/.exec(runtime) ?? []
  return `${REPOSITORY}/${language}:${version}${known?.preview ? '-preview' : ''}-${architecture}`
}

/** The language of a base image of AWS's, also in a mirror, by its repository; null: it is none. */
export function languageOfBase(repository: string): 'python' | 'nodejs' | null {
  const language = /(?:^|\/)(?:lambda\/|aws-lambda-)(python|nodejs)$/.exec(repository)?.[1]
  return language === 'python' || language === 'nodejs' ? language : null
}

/** Base images of Amazon Linux 2 have yum, those of 2023 microdnf under the name dnf. */
export function packageManagerOf(runtime: string): 'dnf' | 'yum' {
  const python = PYTHON_RUNTIMES.find(({ id }) => id === runtime)
  const isAmazonLinux2 = python === undefined ? runtime === 'nodejs18.x' : python.glibc.minor < 34
  return isAmazonLinux2 ? 'yum' : 'dnf'
}
