import { CONSOLE_EDITOR_BYTES, UPDATE_CONFIGURATION_BYTES } from '../aws/limits.ts'
import { finding } from '../findings.ts'
import type { Finding, FunctionConfig } from '../model.ts'
import type { Subject } from './subject.ts'

/** AWS's quotas beside those that the report judges, and those that no valid config breaks. */
export async function checkLimits({ plan, fileSet }: Subject): Promise<Finding[]> {
  const isImage = plan.purpose === 'image'
  const request = Buffer.byteLength(JSON.stringify(updateRequest(plan.config, isImage)))
  const unzipped = fileSet.files.reduce((sum, { bytes }) => sum + bytes, 0)
  return [
    ...(request < UPDATE_CONFIGURATION_BYTES
      ? []
      : [finding('CONFIGURATION_TOO_LARGE', '', request, UPDATE_CONFIGURATION_BYTES)]),
    ...(isImage || unzipped < CONSOLE_EDITOR_BYTES ? [] : [finding('CONSOLE_EDITOR_OFF', '', unzipped)]),
  ]
}

/** As the API has it; of an image it takes neither runtime nor handler. https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html */
function updateRequest({ runtime, handler, settings, layers }: FunctionConfig, isImage: boolean): unknown {
  const { memorySize, timeout, ephemeralStorage, environment, description } = settings
  const isSet = (value: unknown) => value !== null && value !== ''
  const members = {
    Runtime: isImage ? null : runtime,
    Handler: isImage ? null : handler,
    Description: description,
    MemorySize: memorySize,
    Timeout: timeout,
    EphemeralStorage: ephemeralStorage === null ? null : { Size: ephemeralStorage },
    Environment: Object.keys(environment).length === 0 ? null : { Variables: environment },
    Layers: layers.length === 0 ? null : layers.map(({ arn }) => arn),
  }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => isSet(value)))
}
