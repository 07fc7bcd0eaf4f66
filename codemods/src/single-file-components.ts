import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { Edit, MigrationPlan, PlanInput, SourceText } from './plan.js'
import { decode } from './read-sources.js'
import { leftOut } from './stage.js'

/** The scripts of a `.vue` or `.svelte` file, as one module beside it. */
export interface ComponentModule extends SourceText {
  /** What is around the scripts, each script left out. */
  readonly template: string
  /** Where the scripts are in the text: start inclusive, end exclusive. */
  readonly scripts: readonly { readonly start: number; readonly end: number }[]
}

/** Whether a file is a component whose scripts are read. */
export function isComponent(path: string): boolean {
  return /\.(?:vue|svelte)$/u.test(path)
}

/**
 * The scripts of a component, as a module of the same length: what is around them is white space, so that every position
 * is that of the component. Several scripts of a component share their names, and are one module.
 */
export function moduleOf({ path, text }: SourceText): ComponentModule {
  const scripts: { start: number; end: number }[] = []
  let language = 'js'
  let module = ''
  let template = ''
  let at = 0
  for (const tag of openingTags(text)) {
    if (tag.index < at) continue
    const start = tag.index + tag[0].length
    const close = new RegExp(`</${tag[1] ?? ''}\\s*>`, 'giu')
    close.lastIndex = start
    const end = close.exec(text)?.index ?? text.length
    const around = text.slice(at, start)
    if (/^script$/iu.test(tag[1] ?? '')) {
      language = /\slang\s*=\s*["']?([\w-]+)/u.exec(tag[0])?.[1] ?? language
      scripts.push({ start, end })
      template += `${text.slice(at, tag.index)}\n`
      module += `${blankBefore(around)}${text.slice(start, end)}`
    } else if (/^style$/iu.test(tag[1] ?? '')) {
      template += `${text.slice(at, tag.index)}\n`
      module += blank(text.slice(at, end))
    } else continue
    at = end
  }
  template += text.slice(at)
  module += blankAfter(text.slice(at), scripts.at(-1)?.end === at)
  return { path: `${path}.${extensions.get(language) ?? language}`, text: module, template, scripts }
}

const extensions = new Map([
  ['javascript', 'js'],
  ['typescript', 'ts'],
])

/** The tags whose content is no markup; comments are passed over. */
function* openingTags(text: string): Generator<RegExpExecArray> {
  const tags = /<!--[\s\S]*?-->|<(script|style)(?=[\s>])(?:"[^"]*"|'[^']*'|[^"'>])*(?<!\/)>/giu
  for (let tag = tags.exec(text); tag !== null; tag = tags.exec(text)) {
    if (tag[1] === undefined) continue
    yield tag
    const close = new RegExp(`</${tag[1]}\\s*>`, 'giu')
    close.lastIndex = tags.lastIndex
    tags.lastIndex = close.exec(text)?.index ?? text.length
  }
}

function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/gu, (character) => ' '.repeat(character.length))
}

/** A comment where a tag ends: what stands behind it in its line does not begin that line. */
function blankBefore(text: string): string {
  const isTag = text.startsWith('</script')
  if (isTag && !text.includes('\n')) return `/*${blank(text.slice(4))}*/`
  const closed = blankAfter(text, isTag)
  return closed.endsWith('    ') ? `${closed.slice(0, -4)}/**/` : closed
}

/** A comment where a tag begins: what stands before it in its line does not end that line. */
function blankAfter(text: string, isTag: boolean): string {
  return isTag && text.length > 1 ? `//${blank(text.slice(2))}` : blank(text)
}

/** Plans a migration as `planMigration` does, which is given, since it loads a compiler; components take part by their scripts. */
export function planWithComponents(
  input: PlanInput,
  planMigration: (input: PlanInput) => MigrationPlan,
): MigrationPlan {
  const components = new Map<string, { readonly path: string; readonly module: ComponentModule }>()
  const given = new Map(input.hits.map((hit) => [hit.path, hit]))
  for (const path of new Set([...given.keys(), ...input.files])) {
    if (!isComponent(path)) continue
    const source = given.get(path) ?? readComponent(path)
    if (source === undefined) continue
    const module = moduleOf(source)
    components.set(module.path, { path, module })
  }
  if (components.size === 0) return planMigration(input)
  const plan = planMigration({
    ...input,
    hits: [
      ...input.hits.filter(({ path }) => !isComponent(path)),
      ...[...components.values()].map((each) => each.module),
    ],
    files: [...input.files.filter((path) => !isComponent(path)), ...components.keys()],
    templates: new Map([...components].map(([path, { module }]) => [path, module.template])),
  })
  const realPath = (path: string) => components.get(path)?.path ?? path
  const moved = <Place extends { readonly file: string }>(places: readonly Place[]): Place[] =>
    places.map((place) => ({ ...place, file: realPath(place.file) }))
  const names = [...components].map(([path, component]) => [basename(path), basename(component.path)] as const)
  const said = (text: string) => names.reduce((all, [name, real]) => all.replaceAll(name, real), text)
  const findings = moved(plan.findings).map((finding) => ({ ...finding, message: said(finding.message) }))
  const astray = new Map<string, string>()
  for (const [path, edits] of plan.edits) {
    const scripts = components.get(path)?.module.scripts
    const isInScripts = (edit: Edit) => scripts?.some((script) => isWithin(edit, script)) ?? true
    if (!edits.every(isInScripts)) astray.set(realPath(path), ASTRAY)
  }
  const groups = plan.groups.map((group) => group.map(realPath))
  const left = groups.filter((group) => group.some((path) => astray.has(path)))
  const edits = [...plan.edits].map(([path, list]) => [realPath(path), list] as const)
  return {
    ...plan,
    edits: new Map(edits.filter(([path]) => !left.some((group) => group.includes(path)))),
    groups: groups.filter((group) => !left.includes(group)),
    findings: [...findings, ...left.flatMap((group) => leftOut(group, astray))],
    sites: moved(plan.sites),
  }
}

/** What moves in it would reach into what is around its scripts: it stays, and so does what moves with it. */
const ASTRAY = 'the code of its script stands in the line of its tag; put each on a line of its own, and run again'

function isWithin(edit: Edit, script: { readonly start: number; readonly end: number }): boolean {
  return script.start <= edit.start && edit.end <= script.end
}

/** A component that names no facade may still use what another file gives it. */
function readComponent(path: string): SourceText | undefined {
  try {
    const text = decode(readFileSync(path))
    return text === undefined || extname(path) === '' ? undefined : { path, text }
  } catch {
    return undefined
  }
}
