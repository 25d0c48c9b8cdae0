import { readTerraform } from '../../formats/terraform.ts'
import { folderIn, nameIn, numberIn, type Sketch, textIn } from './sketch.ts'

/**
 * The functions of a folder's Terraform files, which see each other's blocks.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function
 */
export function terraformFunctions(texts: readonly string[]): readonly Sketch[] {
  const blocks = texts.flatMap(readTerraform)
  const archives = blocks.filter(({ kind, type }) => kind === 'data' && type === 'archive_file')
  const [archive] = archives
  // Which archive is whose is told by references, which are not followed.
  const root = archives.length === 1 && archive !== undefined ? folderIn(archive.values['source_dir']) : '.'
  return blocks
    .filter(({ kind, type }) => kind === 'resource' && type === 'aws_lambda_function')
    .filter(({ values }) => values['package_type'] !== 'Image')
    .map(({ name, values }) => ({
      name: nameIn(textIn(values['function_name']) ?? name),
      root,
      runtime: textIn(values['runtime']),
      architecture: textIn(values['architectures']),
      handler: textIn(values['handler']),
      memorySize: numberIn(values['memory_size']),
      timeout: numberIn(values['timeout']),
    }))
}
