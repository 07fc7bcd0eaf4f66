import { dirname, join, relative, sep } from 'node:path'
import ts from '#typescript'
import { hostFor, OURS } from './compiler-host.js'
import { askForHeap } from './heap.js'
import { CompiledOutputs, type ConfiguredFiles, relatedConfigs } from './projects.js'
import { textOfNote } from './rewrite/text-of-note.js'

/** The sources that one checker sees together. */
export interface Project {
  readonly program: ts.Program
  /** Whether a tsconfig says how these files belong together; without one each file is looked at alone. */
  readonly typed: boolean
  /** The files given that belong to this project, and may be changed: absolute paths. */
  readonly files: ReadonlySet<string>
  /** The whole text of one of its files, of which the program may have the part that matters. */
  textOf(source: ts.SourceFile): string
  /** The same project with other texts in the place of some files. */
  withTexts(texts: ReadonlyMap<string, string>): ts.Program
}

/** What projects are loaded from. */
export interface ProjectInput {
  /** The directory that tsconfigs are looked for up to. */
  readonly root: string
  /** Every file that may be changed: absolute paths. */
  readonly files: readonly string[]
  /** Those that mention a facade, read already: all that matters where there is no tsconfig. */
  readonly hits: ReadonlyMap<string, string>
  /** Where `@switchyard/dispatcher` and the kit are resolved from when the project cannot. */
  readonly ownDirectory?: string | undefined
}

const SOURCE = /\.[cm]?[jt]sx?$/

const UNTYPED_OPTIONS: ts.CompilerOptions = {
  allowJs: true,
  checkJs: false,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.Preserve,
  types: [],
}

/** The projects that the hits belong to: one for each tsconfig, and one for the files that have none. */
export function loadProjects(input: ProjectInput): Project[] {
  const configs = new Map<string, ts.ParsedCommandLine>()
  const members = new Map<string, string[]>()
  const alone: string[] = []
  for (const file of input.files) {
    if (!SOURCE.test(file)) continue
    const config = configFor(file, input.root, configs)
    if (config === undefined) alone.push(file)
    else members.set(config, [...(members.get(config) ?? []), file])
  }
  const configured = [...members].flatMap(([path, files]) => {
    const config = configs.get(path)
    return config === undefined ? [] : [{ path, config, files }]
  })
  const projects = relatedConfigs(configured)
    .filter((group) => group.some(({ files }) => files.some((file) => input.hits.has(file))))
    .map((group) => typedProject(input, group))
  const hitsAlone = alone.filter((file) => input.hits.has(file))
  return hitsAlone.length === 0 ? projects : [...projects, untypedProject(input, hitsAlone)]
}

/** The nearest tsconfig at or above a file's directory, not above the root; of a solution, the part that includes the file. */
function configFor(file: string, root: string, configs: Map<string, ts.ParsedCommandLine>): string | undefined {
  for (let directory = dirname(file); isInside(directory, root); directory = dirname(directory)) {
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      const path = join(directory, name)
      const config = configs.get(path) ?? parseConfig(path)
      if (config === undefined) continue
      configs.set(path, config)
      const parts = (config.projectReferences ?? []).map(({ path: part }) =>
        ts.resolveProjectReferencePath({ path: part }),
      )
      for (const part of parts) {
        const parsed = configs.get(part) ?? parseConfig(part)
        if (parsed === undefined) continue
        configs.set(part, parsed)
        if (parsed.fileNames.includes(file)) return part
      }
      // No tsconfig lists the module of a component; it belongs where its neighbours do.
      const near = /\.(?:vue|svelte)\.[jt]sx?$/.test(file) ? `${dirname(file)}/` : undefined
      const neighbours = parts.find((part) =>
        configs.get(part)?.fileNames.some((other) => near !== undefined && other.startsWith(near)),
      )
      if (neighbours !== undefined) return neighbours
      return path
    }
    if (directory === dirname(directory)) break
  }
  return undefined
}

function isInside(directory: string, root: string): boolean {
  const path = relative(root, directory)
  return path === '' || (!path.startsWith(`..${sep}`) && path !== '..' && !path.includes(':'))
}

function parseConfig(path: string): ts.ParsedCommandLine | undefined {
  if (!ts.sys.fileExists(path)) return undefined
  const host: ts.ParseConfigFileHost = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} }
  return ts.getParsedCommandLineOfConfigFile(path, {}, host)
}

function typedProject(input: ProjectInput, group: readonly ConfiguredFiles[]): Project {
  const options = optionsOf(group)
  const files = group.flatMap((one) => one.files)
  const roots = [...new Set(group.flatMap(({ config, files: own }) => [...config.fileNames, ...own]))]
  askForHeap(roots)
  const parsed = new Map<string, ts.SourceFile>()
  const outputs = new CompiledOutputs(group)
  const build = (texts: ReadonlyMap<string, string>, old?: ts.Program) =>
    ts.createProgram({
      rootNames: roots,
      options,
      host: hostFor({ input, options, texts, parsed, outputs, optionsFor: ownOptions(group) }, () => true),
      ...(old && { oldProgram: old }),
    })
  const program = build(input.hits)
  return {
    program,
    typed: true,
    files: new Set(files),
    textOf: ({ text }) => text,
    withTexts: (texts) => build(new Map([...input.hits, ...texts]), program),
  }
}

/** The options of the tsconfig with the most files; how modules are found is each file's own. */
function optionsOf(group: readonly ConfiguredFiles[]): ts.CompilerOptions {
  const [main] = group.toSorted((a, b) => b.config.fileNames.length - a.config.fileNames.length)
  const given = main?.config.options ?? {}
  const { configFilePath: _path, rootDir: _root, composite: _composite, incremental: _incremental, ...kept } = given
  const options: ts.CompilerOptions = {
    ...kept,
    allowJs: true,
    noEmit: true,
    skipLibCheck: true,
    emitDeclarationOnly: false,
  }
  options['configFilePath'] = given['configFilePath']
  if (group.length === 1) return options
  const union = (read: (of: ts.CompilerOptions) => string[] | undefined): string[] | undefined => {
    const lists = group.map(({ config }) => read(config.options))
    return lists.every((list) => list !== undefined) ? [...new Set(lists.flat())] : undefined
  }
  const lib = union((of) => of.lib)
  const types = union((of) => of.types)
  const { lib: _lib, types: _types, ...rest } = options
  return { ...rest, ...(lib && { lib }), ...(types && { types }) }
}

/** The options by which a file finds its modules: those of the tsconfig that it belongs to. */
function ownOptions(group: readonly ConfiguredFiles[]): (file: string) => ts.CompilerOptions | undefined {
  if (group.length === 1) return () => undefined
  const owners = new Map(
    group.flatMap(({ config, files }) =>
      [...config.fileNames, ...files].map((file) => [file, config.options] as const),
    ),
  )
  return (file) => owners.get(file)
}

function untypedProject(input: ProjectInput, files: readonly string[]): Project {
  const parsed = new Map<string, ts.SourceFile>()
  const outputs = new CompiledOutputs([])
  const build = (texts: ReadonlyMap<string, string>) =>
    ts.createProgram({
      rootNames: files,
      options: UNTYPED_OPTIONS,
      host: hostFor({ input, options: UNTYPED_OPTIONS, texts, parsed, outputs, optionsFor: () => undefined }, (name) =>
        OURS.test(name),
      ),
    })
  const parts = new Map(files.map((file) => [file, textOfNote(file, input.hits.get(file) ?? '')]))
  return {
    program: build(parts),
    typed: false,
    files: new Set(files),
    textOf: ({ fileName, text }) => input.hits.get(fileName) ?? text,
    withTexts: (texts) => build(new Map([...input.hits, ...texts])),
  }
}
