import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import ts from 'typescript-checker'
import { declarationsPath, facadeDeclarations, facadeOfDeclarations } from './rewrite/facade-declarations.js'

/** The sources that one checker sees together. */
export interface Project {
  readonly program: ts.Program
  /** Whether a tsconfig says how these files belong together; without one each file is looked at alone. */
  readonly typed: boolean
  /** The files given that belong to this project, and may be changed: absolute paths. */
  readonly files: ReadonlySet<string>
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

const OURS = /^@switchyard\/(?:dispatcher|facade-kit)(?:\/|$)/
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
  const projects = [...members].flatMap(([path, files]) => {
    const config = configs.get(path)
    if (config === undefined || !files.some((file) => input.hits.has(file))) return []
    return [typedProject(input, config, files)]
  })
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

function typedProject(input: ProjectInput, config: ts.ParsedCommandLine, files: readonly string[]): Project {
  const {
    configFilePath: _path,
    rootDir: _root,
    composite: _composite,
    incremental: _incremental,
    ...kept
  } = config.options
  const options: ts.CompilerOptions = {
    ...kept,
    allowJs: true,
    noEmit: true,
    skipLibCheck: true,
    emitDeclarationOnly: false,
  }
  options['configFilePath'] = config.options['configFilePath']
  const roots = [...new Set([...config.fileNames, ...files])]
  const parsed = new Map<string, ts.SourceFile>()
  const build = (texts: ReadonlyMap<string, string>, old?: ts.Program) =>
    ts.createProgram({
      rootNames: roots,
      options,
      host: hostFor({ input, options, texts, parsed }, () => true),
      ...(old && { oldProgram: old }),
    })
  const program = build(input.hits)
  return {
    program,
    typed: true,
    files: new Set(files),
    withTexts: (texts) => build(new Map([...input.hits, ...texts]), program),
  }
}

function untypedProject(input: ProjectInput, files: readonly string[]): Project {
  const parsed = new Map<string, ts.SourceFile>()
  const host = (texts: ReadonlyMap<string, string>) =>
    hostFor({ input, options: UNTYPED_OPTIONS, texts, parsed }, (name) => OURS.test(name))
  const build = (texts: ReadonlyMap<string, string>) =>
    ts.createProgram({ rootNames: files, options: UNTYPED_OPTIONS, host: host(texts) })
  return {
    program: build(input.hits),
    typed: false,
    files: new Set(files),
    withTexts: (texts) => build(new Map([...input.hits, ...texts])),
  }
}

interface HostInput {
  readonly input: ProjectInput
  readonly options: ts.CompilerOptions
  readonly texts: ReadonlyMap<string, string>
  /** What programs of one project parsed already, by path: a file with the same text is the same one. */
  readonly parsed: Map<string, ts.SourceFile>
}

/** The language's own declarations, parsed once for all projects. */
const libraries = new Map<string, ts.SourceFile>()

function hostFor(
  { input, options, texts, parsed }: HostInput,
  resolves: (specifier: string) => boolean,
): ts.CompilerHost {
  const declarations = new Map([...facadeDeclarations].map(([name, text]) => [declarationsPath(name), text]))
  const base = ts.createCompilerHost(options, true)
  const libraryFolder = base.getDefaultLibLocation?.() ?? '\0'
  const read = (path: string) => declarations.get(path) ?? texts.get(path) ?? readKeepingMark(path)
  const cache = ts.createModuleResolutionCache(
    base.getCurrentDirectory(),
    (name) => base.getCanonicalFileName(name),
    options,
  )
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (path) => declarations.has(path) || texts.has(path) || base.fileExists(path),
    readFile: read,
    getSourceFile: (path, languageVersion) => {
      const isLibrary = path.startsWith(libraryFolder)
      const cached = (isLibrary ? libraries : parsed).get(path)
      if (isLibrary && cached !== undefined) return cached
      const text = read(path)
      if (text === undefined || cached?.text === text) return cached
      const source = ts.createSourceFile(path, text, languageVersion, true)
      ;(isLibrary ? libraries : parsed).set(path, source)
      return source
    },
    resolveModuleNameLiterals: (literals, file, redirected, resolution, source) =>
      literals.map((literal) => {
        if (facadeDeclarations.has(literal.text)) return { resolvedModule: facadeModule(literal.text) }
        if (!resolves(literal.text)) return { resolvedModule: undefined }
        const mode = ts.getModeForUsageLocation(source, literal, resolution)
        // What the declarations of a facade import is the project's own copy, where it has one.
        const from = facadeOfDeclarations(file) === undefined ? file : join(input.root, 'index.ts')
        const found = ts.resolveModuleName(literal.text, from, resolution, host, cache, redirected, mode)
        if (found.resolvedModule !== undefined || input.ownDirectory === undefined || !OURS.test(literal.text))
          return found
        const own = { ...resolution, moduleResolution: ts.ModuleResolutionKind.Bundler, module: ts.ModuleKind.ESNext }
        return ts.resolveModuleName(literal.text, join(input.ownDirectory, 'index.ts'), own, host)
      }),
  }
  return host
}

function facadeModule(specifier: string): ts.ResolvedModuleFull {
  return { resolvedFileName: declarationsPath(specifier), extension: ts.Extension.Dts, isExternalLibraryImport: true }
}

/** The text with its byte order mark, so that positions are those of the file. */
function readKeepingMark(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
