import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { report } from '@switchyard/codemods'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumFor, launchChromium } from '../golden-path/chromium.js'

const executable = chromiumFor('report')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const legacy = `import { ToolDispatcher } from '@switchyard/legacy'
new ToolDispatcher(context, '<img src=x onerror="alert(1)">')
`
const hostile = `<b onclick='alert(1)'>&amp;"quoted" \u202E.js`
const files = {
  '.github/CODEOWNERS': `/agents/ @acme/<i>agents</i> "ada"@acme.example\n`,
  'agents/planner.js': legacy,
  'agents/memory.js': legacy,
  [`<script>alert(1)</script>/${hostile}`]: legacy,
  'own.mjs': 'class MyToolDispatcher { executeTool() {} }\n',
  'broken.js': `${legacy}const = 1\n`,
}

describe.skipIf(executable === undefined)('the report in Chromium', () => {
  let root: string
  let page: string
  let browser: Browser

  beforeAll(async () => {
    root = join(await mkdtemp(join(await realpath(tmpdir()), 'switchyard-report-')), `<u>"o'clock"&`)
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), content)
    }
    execFileSync('git', ['init', '--quiet'], { cwd: root })
    await report({ cwd: root, now: () => new Date('2026-09-01T12:00:00Z') })
    await writeFile(join(root, 'agents/memory.js'), 'export const migrated = true\n')
    await report({ cwd: root, now: () => new Date('2026-11-02T12:00:00Z') })
    const written = await report({ cwd: root, now: () => new Date('2026-11-25T12:00:00Z') })
    page = written.page
    browser = await launchChromium(executable ?? '')
  }, 60_000)

  afterAll(async () => {
    await browser.close()
    await rm(dirname(root), { recursive: true, force: true })
  })

  async function open(colorScheme: 'light' | 'dark', width = 1100): Promise<{ shown: Page; faults: string[] }> {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
    const shown = await context.newPage()
    const faults: string[] = []
    shown.on('console', (message) => faults.push(message.text()))
    shown.on('pageerror', (error) => faults.push(String(error)))
    shown.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    shown.on('request', (request) => {
      if (request.url() !== pathToFileURL(page).href) faults.push(`request: ${request.url()}`)
    })
    await shown.goto(pathToFileURL(page).href)
    return { shown, faults }
  }

  it.each(['light', 'dark'] as const)(
    'has no fault that axe can find, contrast included, in %s, with all of it unfolded',
    { timeout: 60_000 },
    async (colorScheme) => {
      const { shown, faults } = await open(colorScheme)
      for (const summary of await shown.locator('summary').all()) await summary.press('Enter')
      expect(await shown.locator('details:not([open])').count()).toBe(0)
      await shown.evaluate(axe)
      const found = await shown.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })')
      expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      expect(found.passes.map(({ id }) => id)).toEqual(
        expect.arrayContaining(['color-contrast', 'heading-order', 'svg-img-alt', 'document-title', 'html-has-lang']),
      )
      expect(faults).toEqual([])
      await shown.context().close()
    },
  )

  it('is light for those who read light pages, and dark for those who read dark ones', async () => {
    const grounds = await Promise.all(
      (['light', 'dark'] as const).map(async (colorScheme) => {
        const { shown } = await open(colorScheme)
        const ground = await shown.evaluate<string>('getComputedStyle(document.body).backgroundColor')
        await shown.context().close()
        return (ground.match(/\d+/gu) ?? []).reduce((sum, part) => sum + Number(part), 0) / 3
      }),
    )
    expect(grounds[0]).toBeGreaterThan(200)
    expect(grounds[1]).toBeLessThan(60)
  })

  it('shows the names of files, folders and owners as they are, and takes none of them for markup', async () => {
    const { shown, faults } = await open('light')
    for (const summary of await shown.locator('summary').all()) await summary.click()
    const text = (await shown.locator('main').textContent()) ?? ''
    expect(text).toContain(`<script>alert(1)</script>/${hostile}`)
    expect(text).toContain(`@acme/<i>agents</i> "ada"@acme.example`)
    expect(text).toContain(`new ToolDispatcher(context, '<img src=x onerror="alert(1)">')`)
    expect(await shown.locator('h1').textContent()).toBe(`<u>"o'clock"&: 6 places left`)
    expect(await shown.title()).toContain(`<u>"o'clock"&`)
    expect(await shown.locator('script, img, b, i, u, link, iframe, [onclick], [onerror]').count()).toBe(0)
    expect(faults).toEqual([])
    await shown.context().close()
  })

  it('has a heading for each part, a caption for each table, and a chart that says what it shows', async () => {
    const { shown } = await open('light')
    expect(await shown.locator('h2').allTextContents()).toEqual([
      'What to do next',
      'Trend',
      'By facade',
      'By kind',
      'By folder',
      'By owner',
      'What to know about these numbers',
      'Every place',
    ])
    expect(await shown.locator('table').count()).toBe(5)
    expect(await shown.locator('table:not(:has(caption))').count()).toBe(0)
    expect(await shown.locator('th:not([scope])').count()).toBe(0)
    const chart = shown.getByRole('img', { name: 'Places left, from 8 on 2026-09-01 to 6 on 2026-11-25' })
    expect(await chart.locator('circle.facades').count()).toBe(3)
    const heights = await chart.locator('circle.facades').evaluateAll((all) => all.map((one) => one.getAttribute('cy')))
    expect(Number(heights[0])).toBeLessThan(Number(heights[2]))
    expect(heights[1]).toBe(heights[2])
    await shown.context().close()
  })

  it('counts in its tables what audit finds', async () => {
    const { shown } = await open('light')
    const rows = async (caption: string) =>
      (await shown.getByRole('table', { name: caption }).locator('tbody tr').all()).map((row) =>
        row.locator('th, td').allTextContents(),
      )
    expect(await Promise.all(await rows('Whose turn it is, by CODEOWNERS'))).toEqual([
      ['Nobody', '4', '3', '2', '2'],
      [`@acme/<i>agents</i> "ada"@acme.example`, '2', '1', '2', '0'],
    ])
    expect((await Promise.all(await rows('Where it is'))).map(([folder, places]) => [folder, places])).toEqual(
      expect.arrayContaining([
        ['agents', '2'],
        ['.', '2'],
        ['<script>alert(1)</script>', '2'],
      ]),
    )
    await shown.context().close()
  })

  it('fits a small screen: what is wider scrolls by itself, by the keyboard too', async () => {
    const { shown } = await open('light', 360)
    expect(await shown.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    const region = shown.getByRole('region', { name: 'Whose turn it is, by CODEOWNERS' })
    await region.focus()
    expect(await region.evaluate((element) => element.ownerDocument.activeElement === element)).toBe(true)
    await shown.context().close()
  })
})
