import { codeOf, packageOf } from '../facades.js'
import type { Finding, MigrationPlan, Site } from '../plan.js'
import type { ExplainedFinding } from '../result.js'
import { facadeImport } from './facade-import.js'
import { facadeUse } from './facade-use.js'

/**
 * What a plan says about today's code: a violation for each site, and what a person must decide. A decision that concerns a
 * site is told with it, not twice.
 *
 * @param snippetAt The line of code at a place.
 */
export function facadeFindings(
  { sites, findings }: MigrationPlan,
  snippetAt: (place: Finding | Site) => string | undefined,
): ExplainedFinding[] {
  const open = new Map<string, Finding>()
  const others: Finding[] = []
  for (const finding of findings) {
    if (finding.kind === 'todo' && !open.has(placeOf(finding))) open.set(placeOf(finding), finding)
    // What a migration would bridge is no finding of today's code.
    else if (finding.kind !== 'bridged') others.push(finding)
  }
  const told = sites.map((site) => {
    const decision = site.fixable ? undefined : open.get(placeOf(site))
    if (decision !== undefined) open.delete(placeOf(site))
    return { ...findingOf(site, decision), snippet: snippetAt(site) }
  })
  return [...told, ...[...open.values(), ...others].map((finding) => ({ ...finding, snippet: snippetAt(finding) }))]
}

function findingOf(site: Site, decision: Finding | undefined): ExplainedFinding {
  const { file, line, column, rule, facade, name, fixable } = site
  const { why, fix } = rule === 'facade-import' ? facadeImport : facadeUse
  const what = rule === 'facade-import' ? `imports ${name}` : `uses ${name}`
  const place = { file, line, column, rule, code: codeOf(facade), facade }
  if (decision !== undefined) return { ...place, kind: 'todo', message: decision.message, fixable: false, why }
  const message = name === packageOf(facade) ? `names ${name}` : `${what} of ${packageOf(facade)}`
  return { ...place, kind: 'violation', message, fixable, why, ...(fixable && { fix }) }
}

function placeOf({ file, line }: Finding | Site): string {
  return `${file}\0${line}`
}
