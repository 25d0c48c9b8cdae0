import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { findTool, inTemporaryFolder } from '../helpers.ts'

/** Opens a page in Chromium, and expects that it loads nothing else, says nothing in the console and throws nothing, whatever is done. */
export function inBrowser<T>(
  html: string,
  options: BrowserContextOptions,
  action: (page: Page) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(async dir => {
    const file = join(dir, 'report.html')
    await writeFile(file, html)
    // Root, as in a container, may not use the sandbox; nothing is opened but this page.
    const browser = await chromium.launch({ executablePath: findTool('chromium') ?? '', args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 900 },
        reducedMotion: 'reduce',
        ...options,
      })
      const noise: string[] = []
      const address = pathToFileURL(file).href
      page.on('console', message => noise.push(`console: ${message.text()}`))
      page.on('pageerror', error => noise.push(`error: ${error.message}`))
      page.on('request', request => {
        const url = request.url()
        if (url !== address && !url.startsWith('data:')) noise.push(`request: ${url}`)
      })
      page.on('dialog', dialog => noise.push(`dialog: ${dialog.message()}`))
      await page.goto(address)
      const result = await action(page)
      assert.equal(noise, [])
      return result
    } finally {
      await browser.close()
    }
  })
}

/** What axe finds, and where: https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md */
export async function barriers(page: Page): Promise<string[]> {
  const isThere = await page.evaluate<boolean>('typeof axe !== "undefined"')
  // A script element would be against the page's policy.
  if (!isThere) await page.evaluate(await sourceOf('axe-core/axe.min.js'))
  const found = await page.evaluate<{
    violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[]
  }>('axe.run(document, { resultTypes: ["violations"] })')
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  )
}

async function sourceOf(specifier: string): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve(specifier), 'utf8')
}
