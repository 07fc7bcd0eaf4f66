import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { WebSocket as NodeWebSocket } from 'ws'
import type { WebSocketConstructor } from '../../src/client.js'

const entry = fileURLToPath(new URL('../../dist/client.js', import.meta.url))

describe('the client, bundled for a browser', () => {
  it('is at most 4 KB minified and compressed, and imports nothing', async () => {
    const bundle = await rolldown({ input: entry, platform: 'browser' })
    const { output } = await bundle.generate({ minify: true, format: 'esm' })
    await bundle.close()
    expect(output).toHaveLength(1)
    expect(output[0].imports).toEqual([])
    expect(output[0].dynamicImports).toEqual([])
    expect(gzipSync(output[0].code).length).toBeLessThanOrEqual(4 * 1024)
    const bundled = (await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)) as object
    expect(Object.keys(bundled)).toEqual(['connectEvents'])
  })

  it('takes the WebSocket of a browser and that of ws', () => {
    expectTypeOf<typeof WebSocket>().toExtend<WebSocketConstructor>()
    expectTypeOf<typeof NodeWebSocket>().toExtend<WebSocketConstructor>()
  })
})
