import { parseYamlDocument } from '../../formats/yaml.ts'
import { type Foreign, nameIn, numberIn, objectOf, type Sketch, textIn, unclearOf } from './sketch.ts'

/** The functions of a serverless.yml. https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml */
export function serverlessFunctions(text: string): readonly Sketch[] {
  const document = objectOf(parseYamlDocument(text))
  const provider = objectOf(document['provider'])
  const listed = document['functions']
  // Several files of functions make a list.
  const functions = Array.isArray(listed) ? Object.assign({}, ...listed.map(objectOf)) : objectOf(listed)
  return Object.entries(functions as Foreign).flatMap(([key, value]) => {
    const own: Foreign = { ...provider, ...objectOf(value) }
    // A function made of a container image has none.
    if (own['handler'] === undefined) return []
    return {
      name: nameIn(key),
      root: '.',
      runtime: textIn(own['runtime']),
      architecture: textIn(own['architecture']),
      handler: textIn(own['handler']),
      memorySize: numberIn(own['memorySize']),
      timeout: numberIn(own['timeout']),
      unclear: unclearOf({ runtime: own['runtime'], architecture: own['architecture'] }),
    }
  })
}
