import { parseYamlDocument } from '../../formats/yaml.ts'
import { type Foreign, folderIn, nameIn, numberIn, objectOf, type Sketch, textIn, unclearOf } from './sketch.ts'

const FUNCTION = 'AWS::Serverless::Function'

/**
 * The functions of a SAM template, with what Globals say of them all.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
 */
export function samFunctions(text: string): readonly Sketch[] {
  const document = objectOf(parseYamlDocument(text))
  const globals = objectOf(objectOf(document['Globals'])['Function'])
  return Object.entries(objectOf(document['Resources'])).flatMap(([key, resource]) => {
    const { Type, Properties } = objectOf(resource)
    if (Type !== FUNCTION) return []
    const own: Foreign = { ...globals, ...objectOf(Properties) }
    if (own['PackageType'] === 'Image' || own['InlineCode'] !== undefined) return []
    const [architecture] = Array.isArray(own['Architectures']) ? own['Architectures'] : []
    return {
      name: nameIn(textIn(own['FunctionName']) ?? key),
      root: folderIn(own['CodeUri']),
      runtime: textIn(own['Runtime']),
      architecture: textIn(architecture),
      handler: textIn(own['Handler']),
      memorySize: numberIn(own['MemorySize']),
      timeout: numberIn(own['Timeout']),
      unclear: unclearOf({ runtime: own['Runtime'], architecture }),
    }
  })
}
