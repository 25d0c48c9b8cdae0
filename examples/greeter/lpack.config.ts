import { defineConfig } from 'lpack'

export default defineConfig({
  name: 'greeter',
  runtime: 'nodejs24.x',
  architecture: 'arm64',
  handler: 'src/index.handler',
  budget: { zipped: '10 KB' },
})
