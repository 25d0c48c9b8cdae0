import { BOTO3, BOTO3_REQUIREMENTS } from '../inputs.ts'
import type { Packager } from './packager.ts'

const APP = `from chalice import Chalice
from chalicelib import lambda_function

app = Chalice(app_name='function')


@app.lambda_function()
def handler(event, context):
    return lambda_function.lambda_handler(event, context)
`

/** It takes its own kind of application, and packs its own library with it. https://aws.github.io/chalice/ */
export const chalice: Packager = {
  name: 'Chalice',
  input: BOTO3,
  // It imports the application, so that needs to be installed, too.
  tools: [{ name: 'chalice', from: 'PyPI', packages: ['chalice==1.34.0', ...BOTO3_REQUIREMENTS] }],
  files: () => ({
    'app.py': APP,
    'chalicelib/__init__.py': '',
    'chalicelib/lambda_function.py': BOTO3.files['lambda_function.py'] ?? '',
    '.chalice/config.json': '{"version":"2.0","app_name":"function","stages":{"dev":{}}}',
  }),
  command: 'chalice package chalice.out',
  env: { AWS_DEFAULT_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
  clean: 'rm -rf chalice.out .chalice/deployments',
  artifact: 'chalice.out/deployment.zip',
}
