import { createHash } from 'node:crypto'
import { explanationOf } from './audit/explanation.js'
import { identityOf } from './baseline.js'
import { version } from './own-manifest.js'
import type { FindingKind } from './plan.js'
import type { ReportedFinding, RunResult } from './result.js'

type Level = 'note' | 'warning' | 'error'

const levels: Readonly<Record<FindingKind, Level>> = {
  violation: 'warning',
  todo: 'warning',
  bridged: 'note',
  skipped: 'warning',
  failed: 'error',
}

/**
 * A run as a SARIF 2.1.0 log, one result for each finding, as code scanners read it.
 *
 * @returns plain data, ready for `JSON.stringify`
 */
export function sarifOf(result: RunResult): object {
  const ids = [...new Set(result.findings.map(({ rule }) => rule))].toSorted()
  const driver = {
    name: 'switchyard',
    semanticVersion: version,
    informationUri: 'https://github.com/switchyard/switchyard',
    rules: ids.map(ruleOf),
  }
  const prints = fingerprints()
  const run = {
    tool: { driver },
    automationDetails: { id: `switchyard/${result.command}/` },
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
    columnKind: 'utf16CodeUnits',
    results: result.findings.map((finding) => ({
      ...resultOf(finding, ids.indexOf(finding.rule)),
      partialFingerprints: { 'switchyard/v1': prints(finding) },
      ...(result.baseline !== undefined && { baselineState: 'new' }),
    })),
  }
  return { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
}

function ruleOf(id: string): object {
  const { why, fix } = explanationOf(id)
  return {
    id,
    shortDescription: { text: why },
    fullDescription: { text: `${why} ${fix}` },
    help: { text: fix },
    defaultConfiguration: { level: 'warning' },
  }
}

function resultOf(finding: ReportedFinding, ruleIndex: number): object {
  const { rule, kind, message, file, line, column, snippet, code, facade, owner, fixable } = finding
  const region = { startLine: line, startColumn: column }
  const context = snippet === undefined ? {} : { contextRegion: { startLine: line, snippet: { text: snippet } } }
  const artifactLocation = { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' }
  return {
    ruleId: rule,
    ruleIndex,
    level: levels[kind],
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation, region, ...context } }],
    properties: { kind, fixable, ...defined({ code, facade, owner }) },
  }
}

function defined(values: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** The same for a finding whose line moved, different for each of several equal ones. */
function fingerprints(): (finding: ReportedFinding) => string {
  const seen = new Map<string, number>()
  return (finding) => {
    const { rule, file, snippet } = identityOf(finding)
    const key = [rule, file, snippet === '' ? finding.message : snippet].join('\0')
    const number = (seen.get(key) ?? 0) + 1
    seen.set(key, number)
    return createHash('sha256').update(`${key}\0${number}`).digest('hex').slice(0, 32)
  }
}
