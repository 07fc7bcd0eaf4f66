import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where the real libraries are: outside the workspaces, so that `npm ci` at the top stays small. */
export const bench = fileURLToPath(new URL('../bench/', import.meta.url))

/** Installs the libraries where they are missing; some 400 MB, and a minute. */
export function installLibraries(): void {
  if (existsSync(`${bench}node_modules/@mastra/core/package.json`)) return
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: bench,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`npm ci in ${bench} failed: ${stderr}`)
}

/** A library as the bench has it; its types are named by who asks. */
export async function load<Module>(name: string): Promise<Module> {
  const file = createRequire(`${bench}package.json`).resolve(name)
  return (await import(pathToFileURL(file).href)) as Module
}
