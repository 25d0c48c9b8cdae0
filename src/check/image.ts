import { languageOfBase } from '../aws/base-images.ts'
import { finding } from '../findings.ts'
import { parseImageReference } from '../formats/image-reference.ts'
import type { Finding } from '../model.ts'
import type { Subject } from './subject.ts'

/** What the checks of an image take for granted. */
export async function checkImage({ plan: { config, purpose } }: Subject): Promise<Finding[]> {
  if (purpose === 'zip' || isAwsBase(config.image.base)) return []
  return [finding('BASE_NOT_AWS', '', config.image.base, config.runtime)]
}

/** Whether a base image is one of AWS's, or a mirror's. */
export function isAwsBase(base: string): boolean {
  const reference = parseImageReference(base)
  return reference !== null && languageOfBase(reference.repository) !== null
}
