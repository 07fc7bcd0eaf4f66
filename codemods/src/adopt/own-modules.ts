import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import ts from '#typescript'
import type { Config } from '../config.js'
import { isInside, type Tree } from '../files.js'
import type { FacadeName } from '../plan.js'

/** A module of a team's own that a facade stands for. */
export interface EntryPoint {
  /** As the configuration names it. */
  readonly key: string
  readonly facade: FacadeName
  /** The files that it is, absolute and real; none when it is a package. */
  readonly files: ReadonlySet<string>
}

/** What a specifier leads to: an entry point, or a path inside a package that is one. */
export interface Lead {
  readonly entry: EntryPoint
  readonly isPart: boolean
}

const extensions = ['', '.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.jsx', '.mjs', '.cjs']

/** Knows which specifiers, written in which file, mean an entry point. */
export class OwnModules {
  readonly entries: readonly EntryPoint[]
  /** ASCII texts of which a file that names an entry point holds at least one. */
  readonly needles: readonly string[]
  readonly #root: string
  readonly #byFile = new Map<string, EntryPoint>()
  readonly #byKey = new Map<string, EntryPoint>()
  readonly #options = new Map<string, readonly ts.CompilerOptions[]>()
  readonly #cache: ts.ModuleResolutionCache

  constructor({ directory, entryPoints }: Config, { root, tsconfigs, manifests }: Tree) {
    this.#root = root
    this.#cache = ts.createModuleResolutionCache(root, (name) => name, bundler)
    this.entries = [...entryPoints].map(([key, facade]) => ({ key, facade, files: filesOf(join(directory, key)) }))
    for (const entry of this.entries) {
      this.#byKey.set(entry.key, entry)
      for (const file of entry.files) this.#byFile.set(file, entry)
    }
    const texts = [...tsconfigs, ...manifests].map((path) => readFileSync(path, 'utf8'))
    this.needles = [...new Set(this.entries.flatMap((entry) => needlesOf(entry, texts)))]
  }

  /** Whether a file is an entry point itself: what is in it goes when it goes. */
  isEntry(file: string): boolean {
    return this.#byFile.has(file)
  }

  /** What a specifier in a file leads to; undefined for everything that is no entry point. */
  leadOf(file: string, specifier: string): Lead | undefined {
    const named = this.#byKey.get(specifier)
    if (named !== undefined && !specifier.startsWith('.')) return { entry: named, isPart: false }
    const found = this.#resolve(file, specifier)
    const entry = found === undefined ? undefined : this.#byFile.get(found)
    if (entry !== undefined) return { entry, isPart: false }
    const whole = this.entries.find(({ key, files }) => files.size === 0 && specifier.startsWith(`${key}/`))
    return whole === undefined ? undefined : { entry: whole, isPart: true }
  }

  /** Whether a compiler looks at a file: it has types, and a tsconfig. */
  isTyped(file: string): boolean {
    return /\.[cm]?tsx?$/u.test(file) && this.#optionsFor(dirname(file)).length > 1
  }

  #resolve(file: string, specifier: string): string | undefined {
    if (this.#byFile.size === 0) return undefined
    for (const options of this.#optionsFor(dirname(file))) {
      const cache = options === bundler ? this.#cache : undefined
      const { resolvedModule } = ts.resolveModuleName(specifier, file, options, ts.sys, cache)
      if (resolvedModule !== undefined) return realpathSync(resolvedModule.resolvedFileName)
    }
    return undefined
  }

  /** How modules are found from a directory: by the nearest tsconfig, then by the parts that it refers to. */
  #optionsFor(directory: string): readonly ts.CompilerOptions[] {
    const known = this.#options.get(directory)
    if (known !== undefined) return known
    const config = ['tsconfig.json', 'jsconfig.json'].map((name) => join(directory, name)).find(existsSync)
    const parent = dirname(directory)
    const above = isInside(this.#root, parent) && parent !== directory ? this.#optionsFor(parent) : [bundler]
    const options = config === undefined ? above : optionsIn(config)
    this.#options.set(directory, options)
    return options
  }
}

const bundler: ts.CompilerOptions = {
  allowJs: true,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
}

function optionsIn(path: string): readonly ts.CompilerOptions[] {
  // Which files belong to it does not matter here, and to list them is what costs.
  const host = { ...ts.sys, readDirectory: () => [] }
  const parse = (file: string) =>
    ts.parseJsonConfigFileContent(
      ts.readConfigFile(file, (each) => ts.sys.readFile(each)).config ?? {},
      host,
      dirname(file),
      undefined,
      file,
    )
  const main = parse(path)
  const parts = (main.projectReferences ?? [])
    .map((part) => ts.resolveProjectReferencePath(part))
    .filter((part) => existsSync(part))
    .map(parse)
  return [...[main, ...parts].map(({ options }) => ({ ...options, ...bundler })), bundler]
}

function filesOf(path: string): ReadonlySet<string> {
  const stem = path.replace(/(?<!\.d)\.[cm]?[jt]sx?$/u, '')
  const candidates = [path, stem, join(path, 'index')].flatMap((each) =>
    extensions.map((extension) => each + extension),
  )
  const found = candidates.filter((each) => statSync(each, { throwIfNoEntry: false })?.isFile() === true)
  return new Set(found.map((each) => realpathSync(each)))
}

/** The last part of what it is called, and every other name by which a tsconfig or a manifest lets it be called. */
function needlesOf({ key, files }: EntryPoint, configurations: readonly string[]): string[] {
  if (files.size === 0) return [key]
  const own = [...files].flatMap((file) => {
    const name = basename(file).replace(/(?:\.d)?\.[cm]?[jt]sx?$/u, '')
    return name === 'index' ? [basename(dirname(file)), '/index', ...relativeToIndex] : [name]
  })
  const names = own.filter((name) => /\w/u.test(name) && name !== '/index')
  const aliases = configurations.flatMap((text) => aliasesIn(text, names))
  const packages = [...files].flatMap(packageNameAbove)
  return [key, ...own, ...aliases, ...packages]
}

/** What names the index of a directory without its name, from within it. */
const relativeToIndex = ['.', '..', './', '../', '/..', '/../'].flatMap((name) =>
  name.startsWith('/') ? [`${name}'`, `${name}"`] : [`'${name}'`, `"${name}"`],
)

/** Keys whose value names one of the files: entries of `paths`, of `imports`, of `exports`. */
function aliasesIn(text: string, names: readonly string[]): string[] {
  const found: string[] = []
  for (const [, alias, target] of text.matchAll(/"([^"\n*]+)"\s*:\s*\[?\s*("[^\]}]*?)[\]},\n]/gu)) {
    if (alias !== undefined && names.some((name) => target?.includes(name))) found.push(alias.replace(/\/$/u, ''))
  }
  return found
}

/** A package may be imported by its name from another one of the same repository. */
function packageNameAbove(file: string): string[] {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    const manifest = join(at, 'package.json')
    if (!existsSync(manifest)) continue
    const [, name] = /"name"\s*:\s*"([^"]+)"/u.exec(readFileSync(manifest, 'utf8')) ?? []
    const depth = relative(at, file).split(/[\\/]/u).length
    return name === undefined || depth > 3 ? [] : [name]
  }
  return []
}
