import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['packages/**/test/**/*.test.ts', 'codemods/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**', 'test/apps/**', '.demo/**'],
    // Built packages load as they are, so that every test file sees one copy of each class.
    server: { deps: { external: [/\/dist\//] } },
  },
})
