import { BOTO3 } from '../inputs.ts'
import { UV } from '../tools.ts'
import type { Packager } from './packager.ts'

/** The commands of uv's own guide. https://docs.astral.sh/uv/guides/integration/aws-lambda/#deploying-a-zip-archive */
export const uvGuide: Packager = {
  name: "the uv guide's commands",
  input: BOTO3,
  tools: [UV],
  files: () => ({}),
  command: [
    'uv export --quiet --frozen --no-dev --no-editable -o requirements.txt',
    'uv pip install --quiet --no-installer-metadata --no-compile-bytecode --python-platform x86_64-manylinux2014 ' +
      '--python python3 --target packages -r requirements.txt',
    '(cd packages && zip -q -r ../package.zip .)',
    'zip -q -r package.zip lambda_function.py',
  ].join(' && '),
  clean: 'rm -rf packages package.zip',
  artifact: 'package.zip',
}
