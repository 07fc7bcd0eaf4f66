import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Edit } from '../../src/plan.js'
import { applyEdits, type Piece, TextEdits } from '../../src/rewrite/text-edits.js'

const edited = (text: string, make: (edits: TextEdits) => void): string => {
  const edits = new TextEdits(text)
  make(edits)
  return applyEdits(text, edits.flatten())
}

describe('applyEdits()', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r\n', '\t', '\uFEFF', '😀', 'é', '\0', '`') })
  const cuts = fc.array(fc.tuple(fc.nat(40), fc.string({ maxLength: 4 })), { maxLength: 6 })

  it('leaves every code unit outside of the edits, whatever they are', () => {
    fc.assert(
      fc.property(text, cuts, (original, wanted) => {
        const points = wanted.map(([at]) => at % (original.length + 1)).toSorted((a, b) => a - b)
        const edits: Edit[] = []
        let expected = ''
        let at = 0
        for (let index = 0; index + 1 < points.length; index += 2) {
          const [start = 0, end = 0, replacement = ''] = [points[index], points[index + 1], wanted[index]?.[1]]
          if (edits.at(-1)?.end === start) continue
          edits.push({ start, end, text: replacement })
          expected += original.slice(at, start) + replacement
          at = end
        }
        expect(applyEdits(original, edits)).toBe(expected + original.slice(at))
      }),
    )
  })

  it('changes nothing without edits', () => {
    expect(applyEdits('\uFEFFa\r\n', [])).toBe('\uFEFFa\r\n')
  })
})

describe('TextEdits', () => {
  it('replaces, inserts and removes', () => {
    const after = edited('one two three', (edits) => {
      edits.replace(4, 7, ['2'])
      edits.insert(0, '> ')
      edits.replace(7, 13, [])
      edits.insert(13, '!')
    })
    expect(after).toBe('> one 2!')
  })

  it('lets an edit within a part that is kept take effect, however deep', () => {
    const after = edited('f(g(a), b)', (edits) => {
      edits.replace(4, 5, ['A'])
      edits.replace(2, 6, ['G[', { start: 4, end: 5 }, ']'])
      edits.replace(0, 10, ['F<', { start: 2, end: 6 }, ' & ', { start: 8, end: 9 }, '>'])
      edits.insert(8, '+')
    })
    expect(after).toBe('F<G[A] & +b>')
  })

  it('drops an edit within a part that goes', () => {
    const after = edited('keep(gone)', (edits) => {
      edits.replace(0, 10, [{ start: 0, end: 4 }])
      edits.replace(5, 9, ['never'])
    })
    expect(after).toBe('keep')
  })

  it('lets a part that is kept twice have its edits twice', () => {
    const after = edited('a', (edits) => {
      edits.replace(0, 1, [{ start: 0, end: 1 }, ' ?? ', { start: 0, end: 1 }])
      edits.insert(0, '!')
    })
    expect(after).toBe('!a ?? a')
  })

  it('of two edits of one range has the later one outside', () => {
    const after = edited('call()', (edits) => {
      edits.replace(0, 6, ['inner(', { start: 0, end: 6 }, ')'])
      edits.replace(0, 6, ['outer(', { start: 0, end: 6 }, ')'])
    })
    expect(after).toBe('outer(inner(call()))')
  })

  it('keeps insertions at one place in their order, before a replacement that begins there', () => {
    const after = edited('ab', (edits) => {
      edits.replace(1, 2, ['B'])
      edits.insert(1, '1')
      edits.insert(1, '2')
    })
    expect(after).toBe('a12B')
  })

  it('gives edits that are sorted, apart and as small as they can be', () => {
    const edits = new TextEdits('const dispatcher = old(a)')
    edits.replace(19, 25, ['newer(', { start: 23, end: 24 }, ')'])
    edits.insert(0, '// x\n')
    edits.replace(6, 16, ['dispatcher'])
    expect(edits.flatten()).toEqual([
      { start: 0, end: 0, text: '// x\n' },
      { start: 19, end: 22, text: 'newer' },
    ])
    expect(edits.isEmpty).toBe(false)
    expect(new TextEdits('').isEmpty).toBe(true)
  })

  it('tells what becomes of a range', () => {
    const edits = new TextEdits('a + b')
    edits.replace(4, 5, ['c'])
    edits.insert(0, '(')
    expect([edits.textOf(0, 5), edits.textOf(0, 3), edits.textOf(4, 5)]).toEqual(['(a + c', '(a +', 'c'])
  })

  /** A tree of ranges within ranges, and what it must become, by the definition. */
  interface Node {
    readonly start: number
    readonly end: number
    readonly children: readonly Node[]
    readonly kept: readonly boolean[]
  }
  const treeOf = (start: number, end: number): fc.Arbitrary<Node> =>
    fc.array(fc.integer({ min: start + 1, max: Math.max(start + 1, end - 1) }), { maxLength: 4 }).chain((points) => {
      const sorted = [...new Set(points)].toSorted((a, b) => a - b).filter((point) => point < end)
      const ranges = sorted.flatMap((point, at) => {
        const next = sorted[at + 1]
        return at % 2 === 0 && next !== undefined ? [[point, next] as const] : []
      })
      const children = ranges.map(([from, to]) => (to - from > 2 ? treeOf(from, to) : leaf(from, to)))
      return fc.record({
        start: fc.constant(start),
        end: fc.constant(end),
        children: fc.tuple(...children),
        kept: fc.array(fc.boolean(), { minLength: children.length, maxLength: children.length }),
      })
    })
  const leaf = (start: number, end: number) => fc.constant<Node>({ start, end, children: [], kept: [] })
  const piecesOf = ({ start, end, children, kept }: Node): Piece[] => [
    `<${start}:`,
    ...children.filter((_, at) => kept[at]).flatMap((child) => [{ start: child.start, end: child.end }, ';']),
    `:${end}>`,
  ]
  const expected = (node: Node): string =>
    `<${node.start}:${node.children
      .filter((_, at) => node.kept[at])
      .map((child) => `${expected(child)};`)
      .join('')}:${node.end}>`
  const all = (node: Node): Node[] => [node, ...node.children.flatMap(all)]

  it('makes of replacements within replacements what they say, in whatever order they are given', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz'
    const shuffled = treeOf(2, 24).chain((tree) =>
      fc.tuple(fc.constant(tree), fc.shuffledSubarray(all(tree), { minLength: all(tree).length })),
    )
    fc.assert(
      fc.property(shuffled, ([tree, nodes]) => {
        const after = edited(text, (edits) => {
          for (const node of nodes) edits.replace(node.start, node.end, piecesOf(node))
        })
        expect(after).toBe(`ab${expected(tree)}yz`)
      }),
    )
  })

  it('never gives edits that overlap, even for ranges that do', () => {
    const range = fc.tuple(fc.nat(20), fc.nat(20), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const edits = new TextEdits('abcdefghijklmnopqrst')
        for (const [a, b, text] of ranges) edits.replace(Math.min(a, b), Math.max(a, b), [text])
        let end = 0
        for (const edit of edits.flatten()) {
          expect(edit.start).toBeGreaterThanOrEqual(end)
          end = edit.end
        }
      }),
    )
  })
})
