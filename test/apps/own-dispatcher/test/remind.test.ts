import { expect, it, vi } from 'vitest'
import { remind } from '../src/remind.js'
import { Shelf } from '../src/shelf.js'

const hasTool = vi.hoisted(() => vi.fn<(name: string) => boolean>())

vi.mock('../src/agents/tool_dispatcher.js', async (importOriginal) => ({
  ...(await importOriginal<typeof import('../src/agents/tool_dispatcher.js')>()),
  ToolDispatcher: class {
    hasTool = hasTool
  },
}))

function lentShelf(): Shelf {
  const shelf = new Shelf()
  shelf.add('Q-17', 'The Left Hand of Darkness')
  shelf.find('Q-17').borrowedBy = 'reader-ada'
  return shelf
}

it('reminds every reader who has a book', async () => {
  hasTool.mockReturnValue(true)
  expect(await remind(lentShelf())).toEqual(['reader-ada: please bring back The Left Hand of Darkness'])
  expect(hasTool).toHaveBeenCalledWith('lend')
})

it('reminds nobody while lending is switched off', async () => {
  hasTool.mockReturnValue(false)
  expect(await remind(lentShelf())).toEqual([])
})
