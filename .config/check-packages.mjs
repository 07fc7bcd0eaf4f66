// @ts-check
// Packs every package and checks the tarballs as their users will meet them: publint, are-the-types-wrong, contents.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packWorkspaces } from './pack.mjs'
import { scriptsThatRunByThemselves } from './supply-chain.mjs'
import { root } from './workspaces.mjs'

const scratch = mkdtempSync(join(tmpdir(), 'switchyard-pack-'))
try {
  const packages = packWorkspaces(scratch)
  const faults = packages.flatMap(faultsOf)
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
  else console.log(`${packages.length} packages: publint, are-the-types-wrong and contents are fine`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/**
 * @param {import('./pack.mjs').PackedWorkspace} workspace
 * @returns {string[]}
 */
function faultsOf({ name, folder, tarball, files, exports }) {
  return [
    ...faultsOfContents(name, files, exports),
    ...scriptsThatRunByThemselves(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).map(
      (script) => `${name}: npm would run its ${script} by itself`,
    ),
    ...faultsOfRun(name, 'publint', [tarball, '--strict']),
    ...faultsOfRun(name, 'attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color']),
  ]
}

/**
 * @param {string} name
 * @param {readonly string[]} files
 * @param {import('./workspaces.mjs').Workspace['exports']} exports
 * @returns {string[]}
 */
function faultsOfContents(name, files, exports) {
  // jscodeshift takes a transform by its path, and Node what the package imports.
  const transforms =
    name === '@switchyard/codemods'
      ? ['core.js', 'enhanced.js', 'legacy.js', 'request-scoped.js', 'typescript.cjs']
      : []
  const named = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target.replace('./', '')] : [],
  )
  const wanted = ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts', ...transforms, ...named]
  const missing = wanted.filter((file) => !files.includes(file))
  const strays = files.filter(
    (file) =>
      !wanted.includes(file) &&
      !/^(?:dist\/(?!\.)|src\/|README\.md$|CHANGELOG\.md$|LICENSE$|package\.json$)/u.test(file),
  )
  return [
    ...missing.map((file) => `${name}: the tarball lacks ${file}`),
    ...strays.map((file) => `${name}: the tarball should not contain ${file}`),
  ]
}

/**
 * @param {string} name
 * @param {string} tool
 * @param {string[]} args
 * @returns {string[]}
 */
function faultsOfRun(name, tool, args) {
  const run = spawnSync(join(root, 'node_modules/.bin', tool), args, { encoding: 'utf8' })
  if (run.status === 0) return []
  return [`${name}: ${tool} fails:\n${run.stdout}${run.stderr}${run.error?.message ?? ''}`]
}
