import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { adopt } from '../src/adopt.js'
import { migrate } from '../src/migrate.js'
import { exitStatus } from '../src/result.js'
import { bin, commit, folder, git, legacy, put, read, repository, type Files } from './repository.js'

const top = fileURLToPath(new URL('../../', import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript-checker/package.json')), 'bin/tsc')

const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, module: 'nodenext', target: 'es2024', types: [] },
  include: ['src', 'packages/*/src'],
})
const manifest = (...facades: string[]): string =>
  `${JSON.stringify({ type: 'module', dependencies: Object.fromEntries(facades.map((name) => [`@switchyard/${name}`, '^0.9.0'])) }, undefined, 2)}\n`

/** One caller of its own, which also takes something from the kit where it is `bridged`. */
function caller(name: string, facade = 'legacy', bridged = false): string {
  const tools = bridged ? ', tools' : ''
  return `import { ToolDispatcher } from '@switchyard/${facade}'
import type { UserExecutionContext${bridged ? ', AnyTool' : ''} } from '@switchyard/dispatcher'

export async function ${name}(context: UserExecutionContext${bridged ? ', tools: AnyTool[]' : ''}) {
  const dispatcher = new ToolDispatcher(context${tools})
  await dispatcher.cleanup()
}
`
}

/** A project that the real packages are installed in. */
function installed(files: Files): string {
  const root = repository({ '.gitignore': 'node_modules\n', 'tsconfig.json': tsconfig, ...files })
  mkdirSync(join(root, 'node_modules/@switchyard'), { recursive: true })
  const places = {
    dispatcher: 'dispatcher',
    'facade-kit': 'facades/shared',
    legacy: 'facades/legacy',
    core: 'facades/core',
  }
  for (const [name, at] of Object.entries(places)) {
    symlinkSync(join(top, 'packages', at), join(root, 'node_modules/@switchyard', name))
  }
  return root
}

function complaints(root: string): string {
  return spawnSync(process.execPath, [compiler, '-p', root], { cwd: root, encoding: 'utf8' }).stdout
}

/** The packages of ours that sources name and no manifest above them declares. */
function undeclared(root: string): string[] {
  const files = git(root, 'ls-files')
    .split('\n')
    .filter((file) => file.endsWith('.ts'))
  return files.flatMap((file) => {
    const declared = new Set<string>()
    for (let at = dirname(file); ; at = dirname(at)) {
      const path = join(root, at, 'package.json')
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}'
      for (const name of Object.keys((JSON.parse(text) as { dependencies?: object }).dependencies ?? {}))
        declared.add(name)
      if (at === '.') break
    }
    const named = [...read(root, file).matchAll(/from '(@switchyard\/[\w-]+)/gu)].map(([, name]) => String(name))
    return named.filter((name) => !declared.has(name)).map((name) => `${file}: ${name}`)
  })
}

function patchesIn(root: string): string[] {
  return readdirSync(join(root, '.switchyard/patches')).toSorted()
}

/** Applies one patch alone, says what a project with it alone lacks, and takes it back. */
function lackingWith(root: string, patch: string): { changed: string[]; lacking: string[]; complaints: string } {
  git(root, 'apply', '--whitespace=nowarn', join('.switchyard/patches', patch))
  const changed = git(root, 'diff', '--name-only').trim().split('\n')
  const found = { changed, lacking: undeclared(root), complaints: complaints(root) }
  git(root, 'checkout', '--quiet', '.')
  return found
}

const owned: Files = {
  CODEOWNERS: '* @acme/platform\n/src/web/ @acme/web\n/src/billing/ @acme/billing\n/src/tools/\n',
  'package.json': manifest('legacy'),
  'src/web/a.ts': caller('a'),
  'src/web/b.ts': caller('b'),
  'src/billing/c.ts': caller('c', 'legacy', true),
  'src/tools/d.ts': caller('d'),
}

describe('migrate({ split: "owners" })', () => {
  it('writes one patch for each owner, and changes no file', async () => {
    const root = repository(owned)
    const { result, diffs } = await migrate({ cwd: root, split: 'owners' })
    expect(patchesIn(root)).toEqual(['acme-billing.patch', 'acme-web.patch', 'nobody.patch'])
    expect(result.patches).toContainEqual({
      file: '.switchyard/patches/acme-web.patch',
      owners: ['@acme/web'],
      changes: expect.arrayContaining(['src/web/a.ts', 'src/web/b.ts']) as string[],
    })
    expect(diffs).toEqual([])
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it(
    'makes each patch so that it applies alone, type-checks, and declares what it names',
    { timeout: 120_000 },
    async () => {
      const root = installed({ ...owned, 'package.json': manifest('legacy', 'core') })
      expect(complaints(root)).toBe('')
      await migrate({ cwd: root, split: 'owners' })
      const patches = patchesIn(root)
      expect(patches).toHaveLength(3)
      for (const patch of patches) {
        expect({ patch, ...lackingWith(root, patch) }).toMatchObject({ patch, lacking: [], complaints: '' })
      }
      expect(read(root, '.switchyard/patches/acme-billing.patch')).toContain('@switchyard/facade-kit')
    },
  )

  it('gives a manifest that several need the same change in each, so that they merge in any order', async () => {
    const root = repository(owned)
    const { notes } = await migrate({ cwd: root, split: 'owners' })
    const main = git(root, 'branch', '--show-current').trim()
    const sharing = patchesIn(root).filter((patch) =>
      readFileSync(join(root, '.switchyard/patches', patch), 'utf8').includes('a/package.json'),
    )
    expect(sharing).toEqual(['acme-billing.patch', 'acme-web.patch', 'nobody.patch'])
    for (const patch of sharing) {
      git(root, 'checkout', '--quiet', '-b', patch, main)
      git(root, 'apply', join('.switchyard/patches', patch))
      git(root, 'commit', '--quiet', '--all', '--message', patch)
    }
    git(root, 'checkout', '--quiet', main)
    for (const patch of sharing.toReversed()) git(root, 'merge', '--quiet', '--no-edit', patch)
    expect(notes.join(' ')).toContain('package.json')
    const { result } = await migrate({ cwd: root })
    expect(result.changes.map(({ file }) => file)).toEqual(['package.json'])
    expect(read(root, 'package.json')).not.toContain('@switchyard/legacy')
    expect(exitStatus(result)).toBe(0)
  })

  it('takes a facade out of a manifest that one owner alone needs', async () => {
    const root = repository({
      CODEOWNERS: '/packages/web/ @acme/web\n/packages/billing/ @acme/billing\n',
      'packages/web/package.json': manifest('legacy'),
      'packages/web/src/a.ts': caller('a'),
      'packages/billing/package.json': manifest('legacy'),
      'packages/billing/src/c.ts': caller('c'),
    })
    await migrate({ cwd: root, split: 'owners' })
    for (const owner of ['web', 'billing']) {
      const patch = read(root, `.switchyard/patches/acme-${owner}.patch`)
      expect(patch).toContain(`-    "@switchyard/legacy"`)
      expect(patch.match(/^\+\+\+ b\/.*package\.json$/gmu)).toEqual([`+++ b/packages/${owner}/package.json`])
    }
  })

  it('gives what moves without any code to the owner of the manifest', async () => {
    const root = repository({ ...owned, 'packages/old/package.json': manifest('core') })
    await migrate({ cwd: root, split: 'owners' })
    const patch = read(root, '.switchyard/patches/acme-platform.patch')
    expect(patch.match(/^\+\+\+ .*$/gmu)).toEqual(['+++ b/packages/old/package.json'])
  })

  it('makes one patch for all the owners of a group that moves together', { timeout: 120_000 }, async () => {
    const root = installed({
      CODEOWNERS: '/src/web/ @acme/web\n/src/billing/ @acme/billing\n',
      'package.json': manifest('legacy', 'dispatcher'),
      'src/web/make.ts': `import { ToolDispatcher } from '@switchyard/legacy'
import type { UserExecutionContext } from '@switchyard/dispatcher'

export const make = (context: UserExecutionContext) => new ToolDispatcher(context)
`,
      'src/billing/use.ts': `import type { UserExecutionContext } from '@switchyard/dispatcher'
import { make } from '../web/make.js'

export async function use(context: UserExecutionContext) {
  const dispatcher = make(context)
  await dispatcher.cleanup()
}
`,
      'src/billing/alone.ts': caller('alone'),
    })
    const { result } = await migrate({ cwd: root, split: 'owners' })
    expect(
      result.patches?.map(({ owners, changes }) => [owners, changes.filter((file) => file.endsWith('.ts'))]),
    ).toEqual(
      expect.arrayContaining([
        [
          ['@acme/billing', '@acme/web'],
          ['src/billing/use.ts', 'src/web/make.ts'],
        ],
        [['@acme/billing'], ['src/billing/alone.ts']],
      ]),
    )
    for (const patch of patchesIn(root)) expect(lackingWith(root, patch)).toMatchObject({ lacking: [], complaints: '' })
  })

  it('follows the owners of switchyard.config.json', async () => {
    const config = JSON.stringify({ owners: { 'src/web/': '@acme/mobile' } })
    const root = repository({ ...owned, 'switchyard.config.json': config })
    await migrate({ cwd: root, split: 'owners' })
    expect(patchesIn(root)).toContain('acme-mobile.patch')
    expect(patchesIn(root)).not.toContain('acme-web.patch')
  })

  it('takes away the patches of the last time', async () => {
    const root = repository(owned)
    await migrate({ cwd: root, split: 'owners' })
    put(root, { CODEOWNERS: '* @acme/platform\n' })
    commit(root)
    await migrate({ cwd: root, split: 'owners' })
    expect(patchesIn(root)).toEqual(['acme-platform.patch'])
  })

  it('keeps line ends, and a file without one at its end', async () => {
    const root = repository({
      CODEOWNERS: '* @acme/web\n',
      'a b.js': legacy.replaceAll('\n', '\r\n'),
      'ö.js': legacy.trimEnd(),
    })
    await migrate({ cwd: root, split: 'owners' })
    git(root, 'apply', '--whitespace=nowarn', '.switchyard/patches/acme-web.patch')
    const patched = [read(root, 'a b.js'), read(root, 'ö.js')]
    git(root, 'checkout', '--quiet', '.')
    await migrate({ cwd: root })
    expect([read(root, 'a b.js'), read(root, 'ö.js')]).toEqual(patched)
  })

  it('refuses a file with uncommitted changes, which the patch would not apply to', async () => {
    const root = repository(owned)
    put(root, { 'src/web/a.ts': `${caller('a')}// by hand\n` })
    await expect(migrate({ cwd: root, split: 'owners' })).rejects.toThrow('src/web/a.ts')
    expect(existsSync(join(root, '.switchyard/patches'))).toBe(false)
  })
})

describe('adopt({ split: "owners" })', () => {
  it('writes patches that apply alone, each with the dependency that it needs', async () => {
    const root = repository({
      CODEOWNERS: '/src/web/ @acme/web\n/src/billing/ @acme/billing\n',
      'switchyard.config.json': JSON.stringify({ entryPoints: { 'src/old/dispatcher': 'legacy' } }),
      'package.json': `{ "name": "app" }\n`,
      'src/old/dispatcher.js': 'export class ToolDispatcher {}\n',
      'src/web/a.js': `import { ToolDispatcher } from '../old/dispatcher.js'\nexport const A = ToolDispatcher\n`,
      'src/billing/c.js': `import { ToolDispatcher } from '../old/dispatcher.js'\nexport const C = ToolDispatcher\n`,
    })
    await adopt({ cwd: root, split: 'owners' })
    for (const owner of ['web', 'billing']) {
      git(root, 'apply', `.switchyard/patches/acme-${owner}.patch`)
      expect(git(root, 'diff', '--name-only').trim().split('\n')).toHaveLength(2)
      expect(read(root, 'package.json')).toContain('@switchyard/legacy')
      git(root, 'checkout', '--quiet', '.')
    }
  })
})

describe('switchyard migrate --split', () => {
  it.each([
    ['teams', 'Allowed choices are owners'],
    ['owners --dry-run', 'cannot be used with'],
  ])('refuses %s', (given, why) => {
    const root = folder({ 'a.js': legacy })
    const { status, stderr } = spawnSync(process.execPath, [bin, 'migrate', '--split', ...given.split(' ')], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(stderr).toContain(why)
  })

  it('lists the patches, and exits as the run would that writes', () => {
    const root = repository(owned)
    const said = execFileSync(process.execPath, [bin, 'migrate', '--split', 'owners'], { cwd: root, encoding: 'utf8' })
    expect(said).toMatch(/\.switchyard\/patches\/acme-web\.patch +@acme\/web/u)
  })
})
