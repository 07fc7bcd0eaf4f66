import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The CommonJS feed loads the dispatcher packages itself: keep one copy of them when they are linked.
    server: { deps: { external: [/\/packages\/.*\/dist\//] } },
  },
})
