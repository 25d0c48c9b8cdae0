import { posix } from 'node:path'
import { readTerraform, type TerraformBlock } from '../../formats/terraform.ts'
import { folderIn, nameIn, numberIn, type Sketch, textIn } from './sketch.ts'

/**
 * The functions of a folder's Terraform files, which see each other's blocks.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function
 */
export function terraformFunctions(texts: readonly string[]): readonly Sketch[] {
  const blocks = texts.flatMap(readTerraform)
  const archives = blocks.filter(({ kind, type }) => kind === 'data' && type === 'archive_file')
  const rootOf = ({ archive }: TerraformBlock) => {
    const named = archives.find(({ name }) => name === archive) ?? (archives.length === 1 ? archives[0] : undefined)
    const file = textIn(named?.values['source_file'])
    return folderIn(file === null ? named?.values['source_dir'] : posix.dirname(file))
  }
  return blocks
    .filter(({ kind, type }) => kind === 'resource' && type === 'aws_lambda_function')
    .filter(({ values }) => values['package_type'] !== 'Image')
    .map(block => ({ block, ...block }))
    .map(({ block, name, values, unclear }) => ({
      name: nameIn(textIn(values['function_name']) ?? name),
      root: rootOf(block),
      runtime: textIn(values['runtime']),
      architecture: textIn(values['architectures']),
      handler: textIn(values['handler']),
      memorySize: numberIn(values['memory_size']),
      timeout: numberIn(values['timeout']),
      unclear: [
        ...(unclear.includes('runtime') ? ['runtime' as const] : []),
        ...(unclear.includes('architectures') ? ['architecture' as const] : []),
      ],
    }))
}
