import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packWorkspaces } from '../../.config/pack.mjs'
import { rehearseRemoval } from './removal.mjs'
import { copyRepository } from './repository-copy.mjs'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-removal-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('rehearseRemoval()', { timeout: 300_000 }, () => {
  it('fails on a file that stays and still imports a facade, naming it', async () => {
    const repository = join(folder, 'repository')
    await copyRepository(repository)
    const planted = "import { facades } from '../contract/subjects.js'\n\nexport const kept = facades\n"
    writeFileSync(join(repository, 'test/interop/planted.ts'), planted)
    const packed = packWorkspaces(join(folder, 'tarballs'))
    await expect(rehearseRemoval(repository, packed, { full: false })).rejects.toThrow(
      /test\/interop\/planted\.ts.*Cannot find module '\.\.\/contract\/subjects\.js'/u,
    )
  })
})
