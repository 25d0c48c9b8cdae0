import { BOTO3, NODE_BUNDLE } from '../inputs.ts'
import type { Packager } from './packager.ts'

const SERVERLESS = {
  tools: [
    {
      name: 'serverless',
      from: 'npm',
      packages: [
        'serverless@3.40.0',
        'serverless-python-requirements@6.1.2',
        'serverless-esbuild@1.57.2',
        'esbuild@0.25.12',
      ],
    },
  ],
  command: 'serverless package',
  env: {
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  },
  clean: 'rm -rf .serverless .esbuild .requirements-cache',
} as const

/** https://github.com/serverless/serverless-python-requirements */
export const serverlessPython: Packager = {
  ...SERVERLESS,
  name: 'Serverless 3 with serverless-python-requirements',
  input: BOTO3,
  files: runtime => ({
    'serverless.yml': service(runtime, 'lambda_function.lambda_handler', {
      plugins: ['serverless-python-requirements'],
      custom: {
        pythonRequirements: { usePipenv: false, usePoetry: false, useUv: false, cacheLocation: '.requirements-cache' },
      },
    }),
  }),
  artifact: '.serverless/function.zip',
}

/** https://github.com/floydspace/serverless-esbuild. It leaves the AWS SDK out by default; the others here don't. */
export const serverlessNode: Packager = {
  ...SERVERLESS,
  name: 'Serverless 3 with serverless-esbuild',
  input: NODE_BUNDLE,
  files: runtime => ({
    'serverless.yml': service(runtime, 'src/index.handler', {
      plugins: ['serverless-esbuild'],
      custom: { esbuild: { bundle: true, minify: true, target: 'node22', exclude: [] } },
    }),
  }),
  artifact: '.serverless/function.zip',
}

function service(runtime: string, handler: string, more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    service: 'function',
    frameworkVersion: '3',
    provider: { name: 'aws', runtime },
    package: { patterns: ['!**', 'lambda_function.py'] },
    functions: { function: { handler } },
    ...more,
  })
}
