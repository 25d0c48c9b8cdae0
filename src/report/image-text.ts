import type { ImageArtifact, ImageReport } from '../model.ts'
import {
  count,
  findingLine,
  HEAVIEST,
  isToldAlways,
  leftOutLines,
  limitLine,
  painter,
  shown,
  silencedLines,
  size,
  type TextStyle,
  verdict,
} from './text.ts'

/** An image's report for people: one line if nothing changed and all is well, else one screen. Ends in a line break. */
export function imageAsText(report: ImageReport, style: TextStyle): string {
  const { artifact } = report
  const hasOnlyStood = artifact.unchanged && artifact.built === null && artifact.uploadedBytes === null
  const lines = hasOnlyStood && report.ok && !style.verbose ? unchangedLines(report, style) : fullLines(report, style)
  return `${lines.join('\n')}\n`
}

function unchangedLines({ name, artifact, findings }: ImageReport, style: TextStyle): string[] {
  return [
    `${name}  unchanged  ${sizesOf(artifact)}  ${placeOf(artifact, style)}`,
    ...findings.filter(isToldAlways).map(one => findingLine(one, style)),
  ]
}

function fullLines(report: ImageReport, style: TextStyle): string[] {
  const { artifact } = report
  const paint = painter(style)
  return [
    `${paint('bold', report.name)}  ${report.runtime} ${report.architecture}  ${report.handler}`,
    `  ${placeOf(artifact, style)}  ${stateOf(artifact)}`,
    `  from ${artifact.base}`,
    ...(artifact.digest === null || artifact.path === null ? [] : [`  ${artifact.digest}`]),
    '',
    ...layerLines(artifact),
    '',
    ...report.limits.map(limit => limitLine(limit, style) + note(limit.id, artifact)),
    ...packageLines(report, style),
    ...(style.verbose ? leftOutLines(report) : []),
    ...commandLines(artifact),
    '',
    ...report.findings.map(one => findingLine(one, style)),
    ...(style.verbose ? silencedLines(report) : []),
    `  ${verdict(report, style)}`,
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
    const { engine, imageId } = built
    states.push(`built as ${reference} with ${engine}${imageId === null ? '' : ` (${imageId})`}`)
  }
  if (uploadedBytes !== null) {
    states.push(`pushed${path === null ? '' : ` as ${reference}`}, ${size(uploadedBytes)} uploaded`)
  }
  return states.join('; ')
}

function layerLines({ layers }: ImageArtifact): string[] {
  const base = layers.filter(({ kind }) => kind === 'base')
  const own = layers.filter(({ kind }) => kind !== 'base')
  const width = Math.max(...own.map(({ name }) => name.length), 'base'.length)
  const row = (name: string, bytes: number | null, unzippedBytes: number | null, files: string) => {
    const compressed = bytes === null ? '' : `${size(bytes).padStart(9)} compressed  `
    const unzipped = unzippedBytes === null ? '' : `${size(unzippedBytes).padStart(9)} unzipped`
    return `    ${name.padEnd(width)}  ${compressed}${unzipped}  ${files}`.trimEnd()
  }
  const total = (pick: (layer: ImageArtifact['layers'][number]) => number | null) =>
    base.some(layer => pick(layer) === null) ? null : base.reduce((sum, layer) => sum + (pick(layer) ?? 0), 0)
  const baseRow = row(
    'base',
    total(({ bytes }) => bytes),
    total(layer => layer.unzippedBytes),
    count(base.length, 'layer'),
  )
  return [
    '  layers, the lowest first',
    ...(base.length === 0 ? [] : [baseRow]),
    ...own.map(({ name, bytes, unzippedBytes, files }) => row(name, bytes, unzippedBytes, count(files ?? 0, 'file'))),
  ]
}

function note(limit: string, { isBaseCounted }: ImageArtifact): string {
  return limit === 'image-unzipped' && !isBaseCounted ? ', the base not counted' : ''
}

function packageLines({ packages }: ImageReport, { verbose }: TextStyle): string[] {
  if (packages.length === 0) return []
  const listed = verbose ? packages : packages.slice(0, HEAVIEST)
  const width = Math.min(40, Math.max(...listed.map(({ name, version }) => name.length + version.length + 1)))
  const heading =
    listed.length < packages.length
      ? `heaviest ${listed.length} of ${packages.length} packages`
      : count(packages.length, 'package')
  const rows = listed.map(one => `    ${`${one.name} ${one.version}`.padEnd(width)}  ${weightOf(one)}`)
  return ['', `  ${heading}`, ...rows]
}

/** What pip installs while the image is built is no file yet. */
function weightOf({ files, bytes }: ImageReport['packages'][number]): string {
  return files === 0 && bytes === 0 ? 'installed in the image' : `${size(bytes).padStart(9)} unzipped`
}

const COMMAND_LABELS = ['build', 'load', 'run', 'invoke', 'push'] as const

/** What is done already need not be typed. */
function commandLines({ commands, built }: ImageArtifact): string[] {
  const labels = COMMAND_LABELS.filter(label => label !== 'build' || built === null)
  const rows = labels.flatMap(label =>
    commands[label].map((line, place) => `  ${(place === 0 ? label : '').padEnd(6)}  ${line}`),
  )
  return rows.length === 0 ? [] : ['', ...rows]
}
