import { BOTO3, NODE_BUNDLE } from '../inputs.ts'
import type { Packager } from './packager.ts'

// `sam package` uploads to S3; what it would upload is made by the function that it calls.
const ZIP_AS_PACKAGE_DOES =
  "from samcli.lib.package.utils import make_zip_with_lambda_permissions as z; z('.aws-sam/function', '.aws-sam/build/Function')"

const SAM = {
  tools: [{ name: 'sam', from: 'PyPI', packages: ['aws-sam-cli==1.170.0'] }],
  env: { SAM_CLI_TELEMETRY: '0', AWS_DEFAULT_REGION: 'us-east-1' },
  clean: 'rm -rf .aws-sam',
  artifact: '.aws-sam/function.zip',
} as const

/** https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build.html */
export const samPython: Packager = {
  ...SAM,
  name: 'AWS SAM CLI',
  input: BOTO3,
  files: runtime => ({ 'template.yaml': template(runtime, 'lambda_function.lambda_handler', null) }),
  command: `sam build && python -c "${ZIP_AS_PACKAGE_DOES}"`,
}

/** https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build-typescript.html */
export const samNode: Packager = {
  ...SAM,
  name: 'AWS SAM CLI with esbuild',
  input: NODE_BUNDLE,
  tools: [...SAM.tools, { name: 'esbuild', from: 'npm', packages: ['esbuild@0.28.2'] }],
  files: runtime => ({ 'template.yaml': template(runtime, 'src/index.handler', 'src/index.ts') }),
  command: `sam build --build-in-source && python -c "${ZIP_AS_PACKAGE_DOES}"`,
}

function template(runtime: string, handler: string, entry: string | null): string {
  const esbuild = { BuildMethod: 'esbuild', BuildProperties: { Minify: true, Target: 'es2022', EntryPoints: [entry] } }
  const fn = {
    Type: 'AWS::Serverless::Function',
    Properties: { CodeUri: '.', Handler: handler, Runtime: runtime },
    ...(entry === null ? {} : { Metadata: esbuild }),
  }
  return JSON.stringify({
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: { Function: fn },
  })
}
