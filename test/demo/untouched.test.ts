import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commitAll, git } from './application.mjs'
import { compareWithCommit } from './untouched.mjs'

describe('compareWithCommit()', () => {
  let folder: string
  const original = 'import { a } from "old";\n\nconst b = a(1);\nexport { b };\n'

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-untouched-'))
    await git(folder, 'init', '--quiet')
    await writeFile(join(folder, 'a.ts'), original)
    await writeFile(join(folder, 'b.ts'), original)
    await commitAll(folder, 'first')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('counts what changed and what stayed', async () => {
    await writeFile(join(folder, 'a.ts'), original.replace('"old"', '"new"'))
    expect(await compareWithCommit(folder)).toEqual({
      changed: ['a.ts'],
      sameFiles: 1,
      sameLines: 3,
      changedLines: 1,
      reprinted: [],
    })
  })

  it.each([
    ['other quotes', original.replaceAll('"', "'"), ['import { a } from "old";']],
    ['no semicolon', original.replace('a(1);', 'a(1)'), ['const b = a(1);']],
    ['another line end', original.replaceAll('\n', '\r\n'), original.split('\n').filter(Boolean)],
    ['other blanks', original.replace('const b', 'const  b'), ['const b = a(1);']],
  ])('finds a line that came back with %s', async (_what, text, reprinted) => {
    await writeFile(join(folder, 'a.ts'), text)
    expect((await compareWithCommit(folder)).reprinted).toEqual(reprinted)
  })
})
