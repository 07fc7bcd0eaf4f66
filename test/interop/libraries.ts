import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** Where the real libraries are: outside the workspaces, so that `npm ci` at the top stays small. */
const bench = join(root, 'test/bench')

/** The libraries and their versions, as the bench pins them. */
export function pinned(): Readonly<Record<string, string>> {
  const { dependencies } = manifest(join(bench, 'package.json'))
  return dependencies ?? {}
}

/**
 * Installs the libraries where they are missing or of another version; some 400 MB, and a minute. One test file does it,
 * the others wait.
 */
export function installLibraries(): void {
  const lock = join(tmpdir(), 'switchyard-interop-libraries.lock')
  while (!areInstalled()) {
    if (!acquire(lock)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
      continue
    }
    try {
      const options = ['--no-audit', '--no-fund', '--loglevel=error']
      const { status, stderr } = spawnSync('npm', ['ci', ...options], { cwd: bench, encoding: 'utf8' })
      if (status !== 0) throw new Error(`npm ci in ${bench} failed: ${stderr}`)
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
}

/** Whether this process is the one that installs; who was killed while it did holds no lock for ever. */
function acquire(lock: string): boolean {
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  if (age > 600_000) rmSync(lock, { recursive: true, force: true })
  try {
    mkdirSync(lock)
    return true
  } catch {
    return false
  }
}

/** npm writes its hidden lockfile last, when all is there. */
function areInstalled(): boolean {
  const modules = join(bench, 'node_modules')
  if (!existsSync(join(modules, '.package-lock.json'))) return false
  return Object.entries(pinned()).every(([name, version]) => {
    const file = join(modules, name, 'package.json')
    return existsSync(file) && manifest(file).version === version
  })
}

/** A library as the bench has it; its types are named by who asks. */
export async function load<Module>(name: string): Promise<Module> {
  const file = createRequire(join(bench, 'package.json')).resolve(name)
  return (await import(pathToFileURL(file).href)) as Module
}

/** What the compiler says about a fixture that uses the real libraries and our packages; nothing when it compiles. */
export function complaintsOfCompiler(fixture: string, project: string): string {
  cpSync(fileURLToPath(new URL(`fixtures/${fixture}/`, import.meta.url)), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const modules = join(project, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(bench, 'node_modules'))) {
    symlinkSync(join(bench, 'node_modules', name), join(modules, name))
  }
  symlinkSync(join(root, 'node_modules/@switchyard'), join(modules, '@switchyard'))
  const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' })
  return tsc.status === 0 ? tsc.stdout : `exit status ${tsc.status}: ${tsc.stdout}${tsc.stderr}`
}

function manifest(file: string): { readonly version?: string; readonly dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof manifest>
}
