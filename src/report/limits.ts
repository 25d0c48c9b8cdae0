import {
  DIRECT_UPLOAD_BYTES,
  IMAGE_LAYERS,
  IMAGE_MANIFEST_BYTES,
  IMAGE_SETTINGS_BYTES,
  IMAGE_UNZIPPED_BYTES,
  UNZIPPED_BYTES,
} from '../aws/limits.ts'
import type {
  FunctionConfig,
  Growth,
  ImageArtifact,
  JudgedLimit,
  LimitStatus,
  TotalBudget,
  TotalReport,
} from '../model.ts'

/** From this share of a limit on, it is near. */
const NEAR = 0.9

/** What is judged of an artifact. */
export interface Sizes {
  readonly bytes: number
  readonly unzippedBytes: number
}

/** Lambda's limits and the user's budget. `before`: the zip's bytes that it may have grown from; null: nobody knows them. */
export function limitsOf(config: FunctionConfig, sizes: Sizes, before: number | null): JudgedLimit[] {
  const { zippedBytes, growth } = config.budget
  const [unzipped, ...budgets] = unzippedLimits(config, sizes.unzippedBytes)
  return [
    mustBeSmaller('zip-direct-upload', sizes.bytes, DIRECT_UPLOAD_BYTES, 'warning'),
    ...(unzipped === undefined ? [] : [unzipped]),
    ...(zippedBytes === null ? [] : [mayBe('budget-zipped', sizes.bytes, zippedBytes)]),
    ...budgets,
    ...(growth === null || before === null ? [] : [growthLimit(sizes.bytes, before, growth)]),
  ]
}

/** What can be judged before anything is compressed. */
export function unzippedLimits({ layers, budget }: FunctionConfig, bytes: number): JudgedLimit[] {
  const layerBytes = layers.reduce((sum, layer) => sum + (layer.unzippedBytes ?? 0), 0)
  return [
    mustBeSmaller('unzipped', bytes + layerBytes, UNZIPPED_BYTES, 'error'),
    ...(budget.unzippedBytes === null ? [] : [mayBe('budget-unzipped', bytes, budget.unzippedBytes)]),
  ]
}

/** Lambda's limits of images, and the user's budget. How large an image of a Dockerfile gets compressed isn't known. */
export function imageLimits({ budget }: FunctionConfig, artifact: ImageArtifact): JudgedLimit[] {
  const { bytes, layers, settingsBytes, manifestBytes } = artifact
  const isImage = artifact.kind === 'image'
  return [
    mustBeSmaller('image-unzipped', artifact.unzippedBytes, IMAGE_UNZIPPED_BYTES, 'error'),
    ...(isImage ? [mayBe('image-layers', layers.length, IMAGE_LAYERS, 'warning')] : []),
    ...(settingsBytes === null ? [] : [mayBe('image-settings', settingsBytes, IMAGE_SETTINGS_BYTES)]),
    ...(manifestBytes === null
      ? []
      : [mustBeSmaller('image-manifest', manifestBytes, IMAGE_MANIFEST_BYTES, 'warning')]),
    ...(budget.imageBytes === null || !isImage ? [] : [mayBe('budget-image', bytes, budget.imageBytes)]),
  ]
}

export const NO_BUDGET: TotalBudget = { zippedBytes: null, unzippedBytes: null }

/** All functions together; null if they are only one, without a budget for all. */
export function judgeTotal({ zippedBytes, unzippedBytes }: TotalBudget, all: readonly Sizes[]): TotalReport | null {
  if (all.length < 2 && zippedBytes === null && unzippedBytes === null) return null
  const sum = (key: keyof Sizes) => all.reduce((total, sizes) => total + sizes[key], 0)
  const sizes = { bytes: sum('bytes'), unzippedBytes: sum('unzippedBytes') }
  const limits = [
    ...(zippedBytes === null ? [] : [mayBe('total-zipped', sizes.bytes, zippedBytes)]),
    ...(unzippedBytes === null ? [] : [mayBe('total-unzipped', sizes.unzippedBytes, unzippedBytes)]),
  ]
  return { ...sizes, limits, ok: limits.every(({ status }) => status !== 'over') }
}

export function isWithin(limits: readonly JudgedLimit[]): boolean {
  return limits.every(({ status, severity }) => status !== 'over' || severity !== 'error')
}

/** A share of some bytes may miss a whole number by less than this. */
const ROUNDING = 1e-6

/** It is always near what it was, so that only being over is worth a word. */
function growthLimit(bytes: number, before: number, growth: Growth): JudgedLimit {
  const limit = growth.kind === 'bytes' ? before + growth.bytes : before + Math.floor(before * growth.share + ROUNDING)
  return { id: 'budget-growth', bytes, limit, status: bytes > limit ? 'over' : 'ok', severity: 'error' }
}

/** AWS refuses what is exactly as large as its limits, too. */
function mustBeSmaller(id: string, bytes: number, limit: number, severity: 'error' | 'warning'): JudgedLimit {
  return { id, bytes, limit, status: statusOf(bytes, limit, bytes >= limit), severity }
}

function mayBe(id: string, bytes: number, limit: number, severity: 'error' | 'warning' = 'error'): JudgedLimit {
  return { id, bytes, limit, status: statusOf(bytes, limit, bytes > limit), severity }
}

function statusOf(bytes: number, limit: number, isOver: boolean): LimitStatus {
  if (isOver) return 'over'
  return bytes >= limit * NEAR ? 'near' : 'ok'
}
