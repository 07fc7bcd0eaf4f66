import * as fc from 'fast-check'
import ts from 'typescript-checker'
import { describe, expect, it } from 'vitest'
import { addElement, addMember, keysAt, removeElement, removeMember } from '../src/json-edit.js'

const paths = ['compilerOptions', 'paths']
const facade = '@switchyard/legacy'

function valueOf(text: string): unknown {
  return ts.parseConfigFileTextToJson('text.json', text).config as unknown
}

describe('removeMember()', () => {
  it.each([
    ['the first of two', `{\n  "x": 1,\n  "b": 2\n}\n`, `{\n  "b": 2\n}\n`],
    ['the last of two', `{\n  "a": 1,\n  "x": 2\n}\n`, `{\n  "a": 1\n}\n`],
    ['the only one', `{\n  "x": 2\n}\n`, `{}\n`],
    ['in a line, the first', `{ "x": 1, "b": 2 }`, `{ "b": 2 }`],
    ['in a line, the last', `{ "a": 1, "x": 2 }`, `{ "a": 1 }`],
    ['without any space', `{"a":1,"x":2,"b":3}`, `{"a":1,"b":3}`],
    ['with tabs', `{\n\t"a": 1,\n\t"x": [\n\t\t2\n\t],\n\t"b": 3\n}`, `{\n\t"a": 1,\n\t"b": 3\n}`],
    [
      'with carriage returns',
      `{\r\n  "a": 1,\r\n  "x": 2,\r\n  "b": 3\r\n}\r\n`,
      `{\r\n  "a": 1,\r\n  "b": 3\r\n}\r\n`,
    ],
    ['the last one, with carriage returns', `{\r\n  "a": 1,\r\n  "x": 2\r\n}\r\n`, `{\r\n  "a": 1\r\n}\r\n`],
    ['after a byte order mark', `\uFEFF{ "x": 1, "b": 2 }`, `\uFEFF{ "b": 2 }`],
    ['with a trailing comma', `{\n  "a": 1,\n  "x": 2,\n}`, `{\n  "a": 1,\n}`],
    ['in a line with a trailing comma', `{ "a": 1, "x": 2, }`, `{ "a": 1, }`],
    ['with its comma on the next line', `{\n  "a": 1\n  , "x": 2\n  , "b": 3\n}`, `{\n  "a": 1\n  , "b": 3\n}`],
    ['written with an escape', `{ "\\u0078": 1, "b": 2 }`, `{ "b": 2 }`],
  ])('takes out %s', (_, text, expected) => {
    expect(removeMember(text, ['x'])).toBe(expected)
  })

  it.each([
    ['above the one after it', `{\n  "x": 1,\n  // about b\n  "b": 2\n}`, `{\n  // about b\n  "b": 2\n}`],
    ['behind the one before it', `{\n  "a": 1, // about a\n  "x": 2\n}`, `{\n  "a": 1 // about a\n}`],
    ['above the end', `{\n  "a": 1,\n  "x": 2\n  // the end\n}`, `{\n  "a": 1\n  // the end\n}`],
    ['that is all that is left', `{\n  // nothing yet\n  "x": 2\n}`, `{\n  // nothing yet\n}`],
    ['of two lines', `{\n  "x": 1,\n  /* about\n     b */\n  "b": 2\n}`, `{\n  /* about\n     b */\n  "b": 2\n}`],
    ['within the line', `{ "x": 1, /* about b */ "b": 2 }`, `{ /* about b */ "b": 2 }`],
    ['with a comma in it', `{\n  "a": 1 /* , */,\n  "x": 2\n}`, `{\n  "a": 1 /* , */\n}`],
  ])('leaves a comment %s', (_, text, expected) => {
    expect(removeMember(text, ['x'])).toBe(expected)
  })

  it('takes a comment behind the member along with its line', () => {
    expect(removeMember(`{\n  "x": 1, // about x\n  "b": 2\n}`, ['x'])).toBe(`{\n  "b": 2\n}`)
  })

  it('finds a member at a path, and leaves the same key elsewhere', () => {
    const text = `{ "${facade}": 1, "compilerOptions": { "${facade}": 2, "paths": { "${facade}": [] } } }`
    expect(removeMember(text, [...paths, facade])).toBe(
      `{ "${facade}": 1, "compilerOptions": { "${facade}": 2, "paths": {} } }`,
    )
  })

  it.each(['', '[]', '"text"', '{ "x": ', '{ "b": { "x": 1 } }', '{ "a": ["x"] }', '{ "a": { "x": 1 } ]'])(
    'leaves %j alone',
    (text) => {
      expect(removeMember(text, ['a', 'x'])).toBe(text)
    },
  )

  const layout = fc.record({
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', '@switchyard/core', 'ünï'), { minLength: 1 }),
    removed: fc.nat(),
    newline: fc.constantFrom('\n', '\r\n'),
    indent: fc.constantFrom('  ', '\t', '    '),
    comments: fc.array(fc.constantFrom('', '// above', '/* above */', '// with "a": 1, in it'), {
      minLength: 7,
      maxLength: 7,
    }),
    behind: fc.array(fc.constantFrom('', ' // behind', ' /* behind, */'), { minLength: 7, maxLength: 7 }),
    trailing: fc.boolean(),
  })
  it('leaves every other line, but for a comma, and a text of the same meaning', () => {
    fc.assert(
      fc.property(layout, ({ keys, removed, newline, indent, comments, behind, trailing }) => {
        const gone = keys[removed % keys.length] ?? ''
        const lineOf = (key: string, at: number) =>
          `${indent}"${key}": [${at}]${at < keys.length - 1 || trailing ? ',' : ''}${behind[at]}`
        const above = (at: number) => (comments[at] === '' ? [] : [`${indent}${comments[at]}`])
        const lines = ['{', ...keys.flatMap((key, at) => [...above(at), lineOf(key, at)]), '}', '']
        const after = removeMember(lines.join(newline), [gone])
        const left = Object.fromEntries(keys.map((key, at) => [key, [at]] as const).filter(([key]) => key !== gone))
        expect(valueOf(after)).toEqual(left)
        if (after === `{}${newline}`) return
        const bare = (line: string) => line.replace(/^(\s*"[^"]+": \[\d\]),/u, '$1')
        const kept = lines.filter((line) => !line.includes(`"${gone}": [`))
        expect(after.split(newline).map(bare)).toEqual(kept.map(bare))
        expect(trailing || !/\],[^\]]*\}\s*$/u.test(after)).toBe(true)
      }),
    )
  })
})

describe('removeElement()', () => {
  it.each([
    ['["x", "b"]', '["b"]'],
    ['["a", "x"]', '["a"]'],
    ['["x"]', '[]'],
    ['[\n    "a",\n    "x",\n    "b"\n  ]', '[\n    "a",\n    "b"\n  ]'],
    ['[\n    "a", // about a\n    "x"\n  ]', '[\n    "a" // about a\n  ]'],
    ['["a"]', '["a"]'],
    ['{ "x": 1 }', '{ "x": 1 }'],
  ])('turns %j into %j', (before, after) => {
    expect(removeElement(`{ "list": ${before} }`, ['list'], 'x')).toBe(`{ "list": ${after} }`)
  })
})

describe('addElement()', () => {
  it.each([
    ['in a line', `{ "a": ["x", "b"] }`, `{ "a": ["new", "x", "b"] }`],
    ['in a line, behind another', `{ "a": ["b", "x"] }`, `{ "a": ["b", "new", "x"] }`],
    ['without any space', `{"a":["b","x"]}`, `{"a":["b","new","x"]}`],
    [
      'with carriage returns',
      `{\r\n\t"a": [\r\n\t\t"x"\r\n\t]\r\n}`,
      `{\r\n\t"a": [\r\n\t\t"new",\r\n\t\t"x"\r\n\t]\r\n}`,
    ],
    ['that is there already', `{ "a": ["x", "new"] }`, `{ "a": ["x", "new"] }`],
    ['beside one that is not there', `{ "a": ["b"] }`, `{ "a": ["b"] }`],
    ['to what is no array', `{ "a": true }`, `{ "a": true }`],
  ])('adds an element %s', (_, text, expected) => {
    expect(addElement(text, ['a'], 'new', 'x')).toBe(expected)
  })
})

describe('addMember()', () => {
  it.each([
    ['in its place in the alphabet', `{\n  "a": "1",\n  "z": "2"\n}`, `{\n  "a": "1",\n  "m": "3",\n  "z": "2"\n}`],
    ['at the end', `{\n\t"a": "1"\n}`, `{\n\t"a": "1",\n\t"m": "3"\n}`],
    ['with carriage returns', `{\r\n  "a": "1"\r\n}`, `{\r\n  "a": "1",\r\n  "m": "3"\r\n}`],
    ['into an empty object', `{}`, `{ "m": "3" }`],
    ['into an object of no lines', `{"a":"1"}`, `{"a":"1","m":"3"}`],
    ['before a trailing comma', `{ "a": "1", }`, `{ "a": "1", "m": "3", }`],
    ['beside another where the keys are in no order', `{ "z": "1", "a": "2" }`, `{ "z": "1", "m": "3", "a": "2" }`],
  ])('adds %s', (_, text, expected) => {
    expect(addMember(text, [], 'm', '3', 'a')).toBe(expected)
  })

  it.each([
    [`{\n  "name": "app"\n}\n`, `{\n  "name": "app",\n  "deps": {\n    "m": "3"\n  }\n}\n`],
    [`{"name":"app"}`, `{"name":"app","deps":{"m":"3"}}`],
    [`{}\n`, `{ "deps": { "m": "3" } }\n`],
    [`{\n}\n`, `{ "deps": { "m": "3" } }\n`],
  ])('makes the object that it needs in %j', (text, expected) => {
    const after = addMember(text, ['deps'], 'm', '3')
    expect(after).toBe(expected)
    expect(valueOf(after)).toMatchObject({ deps: { m: '3' } })
  })

  it('adds to an empty object inside of others, in the layout of the file', () => {
    expect(addMember(`{\n  "deps": {}\n}`, ['deps'], 'm', '3')).toBe(`{\n  "deps": {\n    "m": "3"\n  }\n}`)
  })

  it('and removeMember() of the same gives the text back', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__')
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 2, maxLength: 6 }), fc.constantFrom(2, '\t', 0), (keys, space) => {
        const [added = '', ...others] = keys
        const text = JSON.stringify(Object.fromEntries(others.map((name) => [name, '1'])), undefined, space)
        const more = addMember(text, [], added, '2', others[0])
        expect(JSON.parse(more)).toEqual({ ...(JSON.parse(text) as object), [added]: '2' })
        expect(removeMember(more, [added])).toBe(text)
      }),
    )
  })
})

describe('keysAt()', () => {
  it('gives the keys in their order, and none where there is no object', () => {
    const text = `\uFEFF// settings\n{ "b": { "z": 1, "a": 2, }, "list": [] }`
    expect(keysAt(text, ['b'])).toEqual(['z', 'a'])
    expect(keysAt(text, ['list'])).toEqual([])
    expect(keysAt(text, ['missing', 'deeper'])).toEqual([])
    expect(keysAt('no JSON', [])).toEqual([])
  })
})
