import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const totals = process.env['SWITCHYARD_TEST_REPORT']

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['packages/**/test/**/*.test.ts', 'codemods/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**', 'test/apps/**', '.demo/**'],
    // Compilers and packed installs take seconds each on a machine that does something else too.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: totals === undefined ? ['default'] : ['default', ['json', { outputFile: totals }]],
    // Built packages load as they are, so that every test file sees one copy of each class.
    server: { deps: { external: [/\/dist\//] } },
  },
})
