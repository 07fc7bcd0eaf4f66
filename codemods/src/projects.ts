import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from '#typescript'
import { Components } from './rewrite/components.js'

/** What one tsconfig says, and the files of the run that are its. */
export interface ConfiguredFiles {
  readonly path: string
  readonly config: ts.ParsedCommandLine
  readonly files: readonly string[]
}

/**
 * Puts tsconfigs together whose files may see each other: one refers to the other, their packages are one and the same, or
 * one's package depends on the other's. What is declared in one and used in another then moves together, or not at all.
 */
export function relatedConfigs(configs: readonly ConfiguredFiles[]): ConfiguredFiles[][] {
  const related = new Components<string>()
  const manifests = new Map(configs.map(({ path }) => [path, manifestAbove(dirname(path))]))
  const byPackage = new Map<string, string[]>()
  for (const [path, { name, file }] of manifests) {
    for (const key of [file, name]) if (key !== undefined) byPackage.set(key, [...(byPackage.get(key) ?? []), path])
  }
  for (const { path, config } of configs) {
    const { file, dependencies } = manifests.get(path) ?? NO_MANIFEST
    for (const key of [file, ...dependencies]) {
      for (const other of (key === undefined ? undefined : byPackage.get(key)) ?? []) related.join(path, other)
    }
    for (const { path: reference } of config.projectReferences ?? []) {
      const other = ts.resolveProjectReferencePath({ path: reference })
      if (manifests.has(other)) related.join(path, other)
    }
  }
  const groups = new Map<string, ConfiguredFiles[]>()
  for (const one of configs) groups.set(related.find(one.path), [...(groups.get(related.find(one.path)) ?? []), one])
  return [...groups.values()]
}

interface Manifest {
  readonly file: string | undefined
  readonly name: string | undefined
  readonly dependencies: readonly string[]
}

const NO_MANIFEST: Manifest = { file: undefined, name: undefined, dependencies: [] }

function manifestAbove(directory: string): Manifest {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, 'package.json')
    if (existsSync(file)) return readManifest(file)
    if (at === dirname(at)) return NO_MANIFEST
  }
}

function readManifest(file: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof manifest !== 'object' || manifest === null) return { ...NO_MANIFEST, file }
    const name: unknown = Reflect.get(manifest, 'name')
    const fields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
    const dependencies = fields.flatMap((field) => Object.keys((Reflect.get(manifest, field) ?? {}) as object))
    return { file, name: typeof name === 'string' ? name : undefined, dependencies }
  } catch {
    return { ...NO_MANIFEST, file }
  }
}

/** The declarations that compiling would write, each with its source: so that an import of what is compiled leads to the source. */
export class CompiledOutputs {
  readonly #sources = new Map<string, string>()
  readonly #directories = new Set<string>()

  constructor(configs: readonly ConfiguredFiles[]) {
    for (const { config } of configs) {
      if (config.options.outDir === undefined && config.options.declarationDir === undefined) continue
      for (const source of config.fileNames) for (const output of outputsOf(config, source)) this.#add(output, source)
    }
  }

  #add(output: string, source: string): void {
    this.#sources.set(output, source)
    for (let at = dirname(output); !this.#directories.has(at) && at !== dirname(at); at = dirname(at)) {
      this.#directories.add(at)
    }
  }

  /** The source behind a file that compiling writes, also where a link in `node_modules` leads to it. */
  sourceOf(path: string): string | undefined {
    if (this.#sources.size === 0) return undefined
    return this.#sources.get(path) ?? this.#sources.get(followLinks(path))
  }

  hasDirectory(path: string): boolean {
    return this.#directories.has(path) || (path.includes('/node_modules/') && this.#directories.has(followLinks(path)))
  }
}

function outputsOf(config: ts.ParsedCommandLine, source: string): readonly string[] {
  try {
    return ts.getOutputFileNames(config, source, false)
  } catch {
    // A file that the tsconfig names and does not compile, such as a declaration.
    return []
  }
}

/** The real path of a file that may not exist yet: of the nearest directory that does. */
function followLinks(path: string): string {
  for (let at = path, rest = ''; at !== dirname(at);) {
    try {
      return join(realpathSync(at), rest)
    } catch {
      rest = join(at.slice(dirname(at).length + 1), rest)
      at = dirname(at)
    }
  }
  return path
}
