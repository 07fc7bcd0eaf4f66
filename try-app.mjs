import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installFrom, packWorkspaces } from './.config/pack.mjs'
import { commitAll, git, installCommand } from './test/demo/application.mjs'
import { installWorkspace } from './test/codemods/workspaces.mjs'
import { run } from './test/demo/processes.mjs'
const scratch = '/tmp/h22/apps'
rmSync(scratch, { recursive: true, force: true })
const packed = packWorkspaces(join(scratch, 'tarballs'))
const switchyard = installCommand(join(scratch, 'npx'), packed)
for (const [name, install] of [['warehouse-api', installFrom], ['monorepo', installWorkspace]]) {
  const folder = join(scratch, name)
  cpSync(`/tmp/h22/main/test/apps/${name}`, folder, { recursive: true, filter: (path) => !/\/(?:node_modules|build)(?:\/|$)/u.test(path) })
  writeFileSync(join(folder, '.gitignore'), 'node_modules\nbuild\n*.tsbuildinfo\n')
  await git(folder, 'init', '--quiet', '--initial-branch=main')
  await commitAll(folder, 'On the facades')
  install(folder, packed)
  const first = await run(folder, switchyard, ['migrate'])
  console.log(first.stdout, first.stderr)
  console.log((await run(folder, 'git', ['diff'])).stdout)
  await commitAll(folder, 'switchyard migrate')
  install(folder, packed)
}
