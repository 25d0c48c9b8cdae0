import { baseImageOf, packageManagerOf } from '../../src/aws/base-images.ts'
import {
  CONSOLE_EDITOR_BYTES,
  DIRECT_UPLOAD_BYTES,
  UNZIPPED_BYTES,
  UPDATE_CONFIGURATION_BYTES,
} from '../../src/aws/limits.ts'
import { type Lifecycle, NODE_RUNTIMES, PYTHON_RUNTIMES, RUNTIMES_CHECKED_ON } from '../../src/aws/runtimes.ts'

const QUOTAS = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html'
const RUNTIMES = 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html'

/** docs/aws.md: the limits and runtimes that lpack judges by, with source and date. */
export function awsReference(): string {
  return [
    '# What lpack knows of AWS',
    '',
    '<!-- Made from src/aws by `npm run docs`. -->',
    '',
    'lpack does not talk to AWS: it judges by these tables, which were compared with AWS’s own pages on the day that is named. AWS moves dates and quotas',
    'at times; what it says counts.',
    '',
    '## Limits',
    '',
    `Source: ${QUOTAS} (checked ${RUNTIMES_CHECKED_ON}). AWS’s MB is 1,048,576 bytes.`,
    '',
    '| limit | bytes | over it |',
    '| --- | ---: | --- |',
    `| zip, uploaded directly | ${number(DIRECT_UPLOAD_BYTES)} | warning: put it on S3 |`,
    `| code and layers, unzipped | ${number(UNZIPPED_BYTES)} | error: Lambda refuses it |`,
    `| shown by the console’s editor, unzipped | ${number(CONSOLE_EDITOR_BYTES)} | note |`,
    `| a request that updates the configuration | ${number(UPDATE_CONFIGURATION_BYTES)} | warning |`,
    '',
    '## Runtimes',
    '',
    `Source: ${RUNTIMES} (checked ${RUNTIMES_CHECKED_ON}).`,
    '',
    '| runtime | glibc | deprecated | no new functions | no updates | base image (x86_64) | packages by |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...PYTHON_RUNTIMES.map(one => row(one.id, `${one.glibc.major}.${one.glibc.minor}`, one)),
    ...NODE_RUNTIMES.map(one => row(one.id, packageManagerOf(one.id) === 'yum' ? '2.26' : '2.34', one)),
    '',
  ].join('\n')
}

function row(id: string, glibc: string, one: Lifecycle & { readonly preview: boolean }): string {
  const days = [one.deprecated, one.blockCreate, one.blockUpdate].map(day => day ?? (one.preview ? 'preview' : '–'))
  return `| \`${id}\` | ${glibc} | ${days.join(' | ')} | \`${baseImageOf(id, 'x86_64')}\` | ${packageManagerOf(id)} |`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
