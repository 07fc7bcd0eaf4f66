import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { copiesIn } from '../../src/audit/two-copies.js'
import { folder } from '../repository.js'

function copies(file: string, text: string) {
  const root = folder({ [file]: text })
  return copiesIn([join(root, file)]).map(({ line, message, snippet }) => ({ line, message, snippet }))
}

const npm = (...versions: readonly string[]) =>
  JSON.stringify(
    {
      lockfileVersion: 3,
      packages: Object.fromEntries(
        versions.map((version, at) => [
          `${'node_modules/x/'.repeat(at)}node_modules/@switchyard/dispatcher`,
          { version, resolved: 'https://registry/', engines: { node: '>=20' } },
        ]),
      ),
    },
    undefined,
    2,
  )

const two: [string, string][] = [
  ['package-lock.json', npm('1.0.0', '1.1.0')],
  ['npm-shrinkwrap.json', npm('1.0.0', '1.1.0')],
  [
    'pnpm-lock.yaml',
    "packages:\n\n  '@switchyard/dispatcher@1.0.0':\n    engines: {}\n\n  '@switchyard/dispatcher@1.1.0(zod@4.6.7)':\n",
  ],
  [
    'bun.lock',
    '{\n  "@switchyard/dispatcher": ["@switchyard/dispatcher@1.0.0", ""],\n  "x/@switchyard/dispatcher": ["@switchyard/dispatcher@1.1.0", ""],\n}',
  ],
  [
    'yarn.lock',
    '"@switchyard/dispatcher@^1.1.0":\n  version "1.1.0"\n\n"@switchyard/dispatcher@~1.0.0":\n  version "1.0.0"\n',
  ],
  [
    'yarn.lock',
    '"@switchyard/dispatcher@^1.1.0":\r\n  version "1.1.0"\r\n\r\n"@switchyard/dispatcher@~1.0.0":\r\n  version "1.0.0"\r\n',
  ],
  [
    'yarn.lock',
    '"@switchyard/dispatcher@npm:1":\n  version: 1.1.0\n\n"@switchyard/dispatcher@npm:~1.0.0":\n  version: 1.0.0\n',
  ],
]
const one: [string, string][] = [
  ['package-lock.json', npm('1.0.0', '1.0.0')],
  ['package-lock.json', npm()],
  [
    'package-lock.json',
    npm('1.0.0').replace('}', '}, "node_modules/@switchyard/dispatcher-x": { "version": "2.0.0" }'),
  ],
  [
    'pnpm-lock.yaml',
    "packages:\n  '@switchyard/dispatcher@1.0.0':\n\nsnapshots:\n  '@switchyard/dispatcher@1.0.0(zod@4.6.7)':\n",
  ],
  [
    'yarn.lock',
    '"@switchyard/dispatcher@1", "@switchyard/dispatcher@1.x", "@switchyard/dispatcher@^1.0.0":\n  version "1.1.0"\n',
  ],
  [
    'yarn.lock',
    '"@switchyard/dispatcher@npm:1.0.0 - 2, @switchyard/dispatcher@npm:^1":\n  version: 1.1.0\n  resolution: "@switchyard/dispatcher@npm:1.1.0"\n',
  ],
  ['bun.lock', '{ "@switchyard/dispatcher": ["@switchyard/dispatcher@1.0.0", ""] }'],
  ['yarn.lock', ''],
]

describe('two-copies', () => {
  it.each(two)('finds two versions in %s (%j)', (file, text) => {
    const [found, ...others] = copies(file, text)
    expect(found?.message).toBe('@switchyard/dispatcher is locked at 1.0.0 and 1.1.0')
    expect(text.split('\n')[(found?.line ?? 0) - 1]?.trim()).toBe(found?.snippet)
    expect(found?.snippet).toContain('@switchyard/dispatcher')
    expect(others).toEqual([])
  })

  it.each(one)('finds nothing in %s (%j)', (file, text) => {
    expect(copies(file, text)).toEqual([])
  })

  it('says nothing of a lockfile that is not there', () => {
    expect(copiesIn(['/nowhere/yarn.lock'])).toEqual([])
  })
})
