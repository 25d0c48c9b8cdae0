import type { ImageArtifact, ImageReport, JudgedLimit } from '../model.ts'
import {
  amountColumn,
  facts,
  findingLines,
  leading,
  leftOutLines,
  limitLines,
  packageColumn,
  restOf,
  section,
  shown,
  silencedLines,
  type TextStyle,
  titleLines,
  verdictLines,
} from './lines.ts'
import { OWN } from './packages.ts'
import type { Column } from './table.ts'
import { HEAVIEST, unchangedLines } from './text.ts'
import { count, limitName, size } from './words.ts'

/** An image's report for people: one line if nothing changed and all is well, else one screen. Ends in a line break. */
export function imageAsText(report: ImageReport, style: TextStyle): string {
  const { artifact, name, findings } = report
  const hasOnlyStood = artifact.unchanged && artifact.built === null && artifact.uploadedBytes === null
  const lines =
    hasOnlyStood && report.ok && !style.verbose
      ? unchangedLines({ name, sizes: sizesOf(artifact), place: placeOf(artifact, style), findings }, style)
      : fullLines(report, style)
  return `${lines.join('\n')}\n`
}

function fullLines(report: ImageReport, style: TextStyle): string[] {
  const { artifact, findings } = report
  return [
    ...titleLines([report.name, `${report.runtime} ${report.architecture}`, report.handler], style),
    ...facts([placeOf(artifact, style), stateOf(artifact)], 2, style),
    `  from ${artifact.base}`,
    ...identitiesOf(artifact).map(id => `  ${id}`),
    ...layerLines(artifact, style),
    '',
    ...report.limits.flatMap(limit => limitLines(limit, style, nameOf(limit, artifact))),
    ...packageLines(report, style),
    ...(style.verbose ? leftOutLines(report.leftOut, style) : []),
    ...commandLines(artifact),
    '',
    ...(findings.length === 0 ? [] : [...findingLines(findings, style), '']),
    ...(style.verbose ? silencedLines(report) : []),
    ...verdictLines(report, style),
  ]
}

function sizesOf({ kind, bytes, unzippedBytes, isBaseCounted }: ImageArtifact): string {
  if (kind === 'dockerfile') return size(bytes)
  return `${size(bytes)} compressed, ${size(unzippedBytes)} unzipped${isBaseCounted ? '' : ' without the base'}`
}

function placeOf({ path, reference }: ImageArtifact, style: TextStyle): string {
  return path === null ? (reference ?? '') : shown(path, style)
}

function stateOf({ kind, path, unchanged, built, reference, uploadedBytes, layers }: ImageArtifact): string {
  const files = layers.reduce((sum, layer) => sum + (layer.files ?? 0), 0)
  const counted = kind === 'image' ? count(files, 'file') : count(files, 'file to copy', 'files to copy')
  const states: string[] = path === null ? [] : [`${unchanged ? 'unchanged' : 'written'}, ${counted}`]
  if (built !== null) {
    states.push(`built as ${reference} with ${built.engine}`)
  }
  if (uploadedBytes !== null) {
    states.push(`pushed, ${size(uploadedBytes)} uploaded`)
  }
  return states.join('; ')
}

/** What the image is called by its content, beside the place that is told already. */
function identitiesOf({ path, reference, digest, uploadedBytes, built }: ImageArtifact): string[] {
  const pushed = uploadedBytes === null ? digest : reference
  return [path === null ? null : pushed, built?.imageId ?? null].filter(id => id !== null)
}

function layerLines({ layers }: ImageArtifact, style: TextStyle): string[] {
  const base = layers.filter(({ kind }) => kind === 'base')
  const sum = (sizes: readonly (number | null)[]) =>
    sizes.some(bytes => bytes === null) ? null : sizes.reduce<number>((all, bytes) => all + (bytes ?? 0), 0)
  const baseRow = {
    name: 'base',
    bytes: sum(base.map(({ bytes }) => bytes)),
    unzippedBytes: sum(base.map(({ unzippedBytes }) => unzippedBytes)),
    holds: count(base.length, 'layer'),
  }
  const own = layers.filter(({ kind }) => kind !== 'base')
  const ownRows = own.map(one => ({ ...one, holds: count(one.files ?? 0, 'file') }))
  const rows = base.length === 0 ? ownRows : [baseRow, ...ownRows]
  const sizes = (heading: string, some: readonly (number | null)[]): Column[] =>
    some.every(bytes => bytes === null)
      ? []
      : [
          amountColumn(
            heading,
            some.map(bytes => (bytes === null ? '' : size(bytes))),
            0,
          ),
        ]
  const columns: Column[] = [
    { heading: 'layers, lowest first', cells: rows.map(({ name }) => name), align: 'left', cut: 'end', rank: 0 },
    ...sizes(
      'compressed',
      rows.map(({ bytes }) => bytes),
    ),
    ...sizes(
      'unzipped',
      rows.map(({ unzippedBytes }) => unzippedBytes),
    ),
    amountColumn(
      '',
      rows.map(({ holds }) => holds),
      1,
    ),
  ]
  return section(columns, '', style)
}

function nameOf(limit: JudgedLimit, { isBaseCounted }: ImageArtifact): string {
  return limit.id === 'image-unzipped' && !isBaseCounted ? 'without the base' : limitName(limit)
}

function packageLines(report: ImageReport, style: TextStyle): string[] {
  const packages = report.packages.filter(({ id }) => id !== OWN)
  if (packages.length === 0) return []
  const listed = style.verbose ? packages : leading(packages, HEAVIEST)
  const columns = [packageColumn(listed), amountColumn('unzipped', listed.map(weightOf), 0)]
  return section(columns, restOf(packages.slice(listed.length)), style)
}

/** What pip installs while the image is built is no file yet. */
function weightOf({ files, bytes }: ImageReport['packages'][number]): string {
  return files === 0 && bytes === 0 ? 'installed in the image' : size(bytes)
}

const COMMAND_LABELS = ['build', 'load', 'run', 'invoke', 'push'] as const

/** What is done already need not be typed. Whole lines, for they are copied. */
function commandLines({ commands, built }: ImageArtifact): string[] {
  const labels = COMMAND_LABELS.filter(label => label !== 'build' || built === null)
  const rows = labels.flatMap(label =>
    commands[label].map((line, place) => `  ${(place === 0 ? label : '').padEnd(6)}  ${line}`),
  )
  return rows.length === 0 ? [] : ['', ...rows]
}
