// @ts-check
// Compares the public signatures of every entry point with its committed report, `etc/<entry>.api.md` beside the package.
//   node .config/api-reports.mjs            fails when a signature changed
//   node .config/api-reports.mjs --local    writes the reports: the way to approve a change
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { root, workspaces } from './workspaces.mjs'

/** How a strict consumer would read the declarations. */
const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  lib: ['es2023', 'esnext.disposable', 'dom'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
}

/** @typedef {{ folder: string, report: string, declarations: string }} EntryPoint */

const { values: options } = parseArgs({ options: { local: { type: 'boolean', default: false } } })
const entryPoints = workspaces().flatMap(entryPointsOf)
const changed = entryPoints.filter((entry) => !isApproved(entry))
if (changed.length > 0 && !options.local) {
  for (const entry of changed) showDifference(entry)
  console.error(
    `\n${changed.length} of ${entryPoints.length} API reports differ from the code: ${changed.map(nameOf).join(', ')}`,
  )
  console.error('If the change is meant: npm run api:approve, and commit the reports with a changeset.')
  process.exitCode = 1
} else {
  const state = options.local ? `${changed.length} written` : 'all as approved'
  console.log(`${entryPoints.length} API reports, ${state}`)
}

/**
 * @param {import('./workspaces.mjs').Workspace} workspace
 * @returns {EntryPoint[]}
 */
function entryPointsOf({ name, folder, exports }) {
  return Object.entries(exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const report = [basename(name), ...subpath.split('/').slice(1)].join('-')
    return [{ folder, report, declarations: join(folder, target.types) }]
  })
}

/**
 * @param {EntryPoint} entry
 * @returns {boolean} whether the committed report says what the code does
 */
function isApproved({ folder, report, declarations }) {
  if (!existsSync(declarations)) throw new Error(`${relative(root, declarations)} is missing: run npm run build first`)
  mkdirSync(join(folder, 'etc'), { recursive: true })
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      newlineKind: 'lf',
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: { compilerOptions, files: [declarations] } },
      apiReport: {
        enabled: true,
        reportFolder: join(folder, 'etc'),
        reportTempFolder: join(folder, 'dist/.api'),
        reportFileName: report,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
          'ae-unresolved-link': { logLevel: ExtractorLogLevel.None },
        },
        // Docstrings are for people and their editors here, not for TSDoc's grammar.
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  })
  const result = Extractor.invoke(config, {
    localBuild: options.local,
    messageCallback: (message) => quieten(message, report),
  })
  if (result.errorCount > 0) throw new Error(`${report}: api-extractor met ${result.errorCount} errors`)
  return !result.apiReportChanged
}

/**
 * Keeps what a person must read: errors, and what changed.
 *
 * @param {import('@microsoft/api-extractor').ExtractorMessage} message
 * @param {string} report
 */
function quieten(message, report) {
  message.handled = true
  if (message.logLevel === ExtractorLogLevel.Error) {
    console.error(`${report}: ${message.formatMessageWithLocation(root)}`)
  }
}

/** @param {EntryPoint} entry */
function showDifference({ folder, report }) {
  const [approved, found] = ['etc', 'dist/.api'].map((place) => join(folder, place, `${report}.api.md`))
  const args = ['--no-pager', 'diff', '--no-index', '--unified=1', approved ?? '', found ?? '']
  console.error(spawnSync('git', args, { encoding: 'utf8' }).stdout)
}

/** @param {EntryPoint} entry */
function nameOf(entry) {
  return `${relative(root, entry.folder)}/etc/${entry.report}.api.md`
}
