import { channel } from 'node:diagnostics_channel'
import { type Callee, type CallSite, findCallSite } from './call-site.js'
import { migrations, type DeprecationStage, type FacadeMigration, type FacadeName } from './migrations.js'

/** The uses of one deprecated export from one place. */
export interface DeprecatedUse {
  /** The facade's code, such as `SWY0001`. */
  readonly code: string
  /** The facade's package, such as `@switchyard/legacy`. */
  readonly package: string
  /** What was called: `createToolDispatcher`, `ToolDispatcher`, `ToolDispatcher.from`. */
  readonly export: string
  /** `file:line:column`. */
  readonly callSite: string
  /** The package in `node_modules` that made the call, as `name@version`. */
  readonly dependency?: string | undefined
  /** How often, in this process, whether a warning was shown or silenced. */
  readonly count: number
}

/** What is still used of the facades in this process. */
export interface DeprecationReport {
  /** In the order of first use. */
  readonly entries: DeprecatedUse[]
}

/** What happens on a deprecated use besides being counted. */
export type DeprecationReaction = 'throw' | 'silence' | 'log'

/** A deprecated export was called where that is an error: in stage `final`, or as `SWITCHYARD_DEPRECATIONS` asks. */
export class DeprecationError extends Error {
  override readonly name = 'DeprecationError'
  /** The facade's code, such as `SWY0001`. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const CODES = ['*', ...Object.values(migrations).map(({ code }) => code)]
const HOW_TO_SET = `an entry is one of ${CODES.join(' ')}, a colon, and throw, silence or log.`
const MOST_WARNINGS = 5
const COMMAND = 'npx -p @switchyard/codemods switchyard migrate'

const uses = new Map<string, DeprecatedUse>()
const warned = new Map<string, Set<string>>()
const deprecated = channel('switchyard:deprecated')

/**
 * Counts a use of a facade's export and warns of it: once for each code and call site, at most five times a code. Each use
 * is published on the diagnostics channel `switchyard:deprecated` as a {@link DeprecatedUse}.
 *
 * @param exported What was called, for people.
 * @param callee The function or class that was called: the caller is whoever stands below it on the stack.
 * @throws {DeprecationError} The stage is `final` or `removed`, or `SWITCHYARD_DEPRECATIONS` says `throw`.
 */
export function recordUse(facade: FacadeName, exported: string, callee: Callee): void {
  const migration = migrations[facade]
  const site = findCallSite(callee, migration.package)
  const use = count(migration, exported, site)
  if (deprecated.hasSubscribers) deprecated.publish({ ...use })
  const reaction = reactionTo(migration.stage, settingFor(migration.code, process.env['SWITCHYARD_DEPRECATIONS'] ?? ''))
  if (reaction === 'throw') {
    const { code, stage } = migration
    const asked = stage === 'available' || stage === 'warning'
    const reprieve = asked ? '' : `; for now, SWITCHYARD_DEPRECATIONS=${code}:log lets it go on`
    throw new DeprecationError(code, `${describe(migration, exported, site)}${reprieve}`)
  }
  if (reaction === 'log') warn(migration, exported, site, callee)
}

/** Which exports of the facades this process has used, from where and how often: shown or silenced. */
export function deprecationReport(): DeprecationReport {
  return { entries: Array.from(uses.values(), (use) => ({ ...use })) }
}

/** The same class, each construction of which counts as a use; `instanceof` knows no difference. */
export function countingUses<Class extends abstract new (...parameters: never[]) => object>(
  facade: FacadeName,
  exported: string,
  target: Class,
): Class {
  function construct(constructed: Class, parameters: unknown[], newTarget: Callee): object {
    recordUse(facade, exported, construct)
    return Reflect.construct(constructed, parameters, newTarget) as object
  }
  return new Proxy(target, { construct })
}

/**
 * What a stage and a setting come to: `available` is silent, `warning` logs, and either does what it is told to;
 * `final` and `removed` throw unless they are told to log.
 */
export function reactionTo(stage: DeprecationStage, setting: DeprecationReaction | undefined): DeprecationReaction {
  if (stage === 'final' || stage === 'removed') return setting === 'log' ? 'log' : 'throw'
  return setting ?? (stage === 'warning' ? 'log' : 'silence')
}

let parsed: { readonly text: string; readonly settings: ReadonlyMap<string, DeprecationReaction> } | undefined

/** What `SWITCHYARD_DEPRECATIONS`, such as `SWY0001:throw,*:silence`, says of a code; an exact code goes before `*`. */
export function settingFor(code: string, text: string): DeprecationReaction | undefined {
  if (parsed?.text !== text) parsed = { text, settings: parseSettings(text) }
  return parsed.settings.get(code) ?? parsed.settings.get('*')
}

function parseSettings(text: string): Map<string, DeprecationReaction> {
  const settings = new Map<string, DeprecationReaction>()
  const entries = text.split(',').map((entry) => entry.trim())
  for (const entry of entries.filter((candidate) => candidate !== '')) {
    const [code = '', reaction = '', ...rest] = entry.split(':').map((part) => part.trim())
    if (CODES.includes(code) && isReaction(reaction) && rest.length === 0) settings.set(code, reaction)
    else process.emitWarning(`SWITCHYARD_DEPRECATIONS: ${JSON.stringify(entry)} is ignored; ${HOW_TO_SET}`)
  }
  return settings
}

function isReaction(value: string): value is DeprecationReaction {
  return value === 'throw' || value === 'silence' || value === 'log'
}

function count({ code, package: name }: FacadeMigration, exported: string, site: CallSite): DeprecatedUse {
  const key = `${code} ${exported} ${site.location}`
  const { location: callSite, dependency } = site
  const blame = dependency === undefined ? undefined : { dependency }
  const use = { code, package: name, export: exported, callSite, ...blame, count: (uses.get(key)?.count ?? 0) + 1 }
  uses.set(key, use)
  return use
}

function warn(migration: FacadeMigration, exported: string, site: CallSite, ctor: Callee): void {
  const { code } = migration
  const sites = warned.get(code) ?? new Set()
  warned.set(code, sites)
  const key = site.dependency ?? site.location
  if (sites.has(key) || sites.size >= MOST_WARNINGS) return
  sites.add(key)
  const last = sites.size === MOST_WARNINGS ? ` Further uses of ${migration.package} are counted, not shown.` : ''
  process.emitWarning(describe(migration, exported, site) + last, { type: 'DeprecationWarning', code, ctor })
}

function describe(
  { package: facade, stage, sunset, exports }: FacadeMigration,
  exported: string,
  site: CallSite,
): string {
  const what = `${exported} of ${facade}, deprecated, ${stage === 'removed' ? '' : 'to be '}removed in ${sunset.version} (${sunset.date})`
  if (site.dependency !== undefined) {
    return `${site.dependency} uses ${what}: upgrade ${site.dependency} to a version that does not.`
  }
  const [name = '', member = ''] = exported.split('.')
  const { replacement } = exports[name]?.statics?.[member] ?? exports[name] ?? { replacement: '@switchyard/dispatcher' }
  return `${site.location} uses ${what}: use ${replacement}. To migrate: ${COMMAND}`
}
