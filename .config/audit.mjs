// @ts-check
// `npm run audit`: known vulnerabilities of what users install (any), and of what the repository itself runs on (high and up).
// A registry that cannot tell is said to, and fails nothing: that is not a finding, and CI asks npm's own each time.
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { root } from './workspaces.mjs'

/**
 * Findings that are known and harmless here: the advisory's url, and why. Take it out when the dependency is repaired.
 *
 * @type {Readonly<Record<string, string>>}
 */
const explained = {}

/** @typedef {{ kind: 'clean' } | { kind: 'unavailable', reason: string } | { kind: 'found', findings: string[] }} Audit */

/**
 * @param {string} folder
 * @param {readonly string[]} args Of `npm audit`.
 * @param {Readonly<Record<string, string>>} [excused]
 * @returns {Audit}
 */
export function audit(folder, args, excused = explained) {
  const run = spawnSync('npm', ['audit', '--json', ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  /** @type {{ vulnerabilities?: Record<string, { name: string, via: unknown[] }>, message?: string, error?: { summary?: string } }} */
  const report = run.stdout === '' ? {} : JSON.parse(run.stdout)
  if (report.vulnerabilities === undefined) {
    return { kind: 'unavailable', reason: report.message || report.error?.summary || run.stderr.trim() }
  }
  if (run.status === 0) return { kind: 'clean' }
  const findings = Object.values(report.vulnerabilities).flatMap(({ name, via }) =>
    via.flatMap((advisory) => {
      // A text is the name of another entry, which is told by itself.
      if (!isAdvisory(advisory) || excused[advisory.url] !== undefined) return []
      return [`${name} ${advisory.range} (${advisory.severity}): ${advisory.title}, ${advisory.url}`]
    }),
  )
  return findings.length === 0 ? { kind: 'clean' } : { kind: 'found', findings }
}

/**
 * @param {unknown} via
 * @returns {via is { title: string, url: string, severity: string, range: string }}
 */
function isAdvisory(via) {
  return typeof via === 'object' && via !== null && 'title' in via && 'url' in via
}

/**
 * @param {string} what
 * @param {readonly string[]} args
 */
function tell(what, args) {
  const found = audit(root, args)
  if (found.kind === 'clean') console.log(`${what}: nothing is known against it`)
  if (found.kind === 'unavailable') {
    console.log(`::warning::${what}: not audited, since the registry cannot tell (${found.reason})`)
  }
  if (found.kind !== 'found') return
  for (const finding of found.findings) console.error(`${what}: ${finding}`)
  console.error('Take a repaired version, or explain in .config/audit.mjs why it does no harm here.')
  process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [reference, reason] of Object.entries(explained)) console.log(`explained: ${reference}: ${reason}`)
  tell('what users install', ['--omit=dev', '--audit-level=low'])
  tell('what the repository runs on', ['--audit-level=high'])
}
