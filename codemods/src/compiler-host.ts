import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from '#typescript'
import type { CompiledOutputs } from './projects.js'
import { declarationsPath, facadeDeclarations, facadeOfDeclarations } from './rewrite/facade-declarations.js'

/** The packages that take the place of the facades. */
export const OURS = /^@switchyard\/(?:dispatcher|facade-kit)(?:\/|$)/

/** What a program is built from. */
export interface HostInput {
  /** Where a project lies, and where packages of ours are found that it has not installed. */
  readonly input: { readonly root: string; readonly ownDirectory?: string | undefined }
  readonly options: ts.CompilerOptions
  readonly texts: ReadonlyMap<string, string>
  /** What programs of one project parsed already, by path: a file with the same text is the same one. */
  readonly parsed: Map<string, ts.SourceFile>
  readonly outputs: CompiledOutputs
  /** By which options a file finds its modules; those of the program where it has none of its own. */
  readonly optionsFor: (file: string) => ts.CompilerOptions | undefined
}

/** The language's own declarations, parsed once for all projects. */
const libraries = new Map<string, ts.SourceFile>()

/** How declarations are parsed of which nobody asks for comments: they are most of what many projects consist of. */
function withoutJsDoc(given: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.CreateSourceFileOptions {
  const options = typeof given === 'object' ? given : { languageVersion: given }
  return { ...options, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }
}

/** The files of a project as its checker sees them: facades by their declarations here, with new texts for some. */
export function hostFor(
  { input, options, texts, parsed, outputs, optionsFor }: HostInput,
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
    fileExists: (path) =>
      declarations.has(path) ||
      texts.has(path) ||
      base.fileExists(path) ||
      (path.endsWith('.ts') && outputs.sourceOf(path) !== undefined),
    directoryExists: (path) => base.directoryExists?.(path) !== false || outputs.hasDirectory(path),
    readFile: read,
    getSourceFile: (path, languageVersion) => {
      const isLibrary = path.startsWith(libraryFolder)
      const cached = (isLibrary ? libraries : parsed).get(path)
      if (isLibrary && cached !== undefined) return cached
      const text = read(path)
      if (text === undefined || cached?.text === text) return cached
      const isForeign = isLibrary || /\/node_modules\/.*\.d\.[cm]?ts$/.test(path)
      const source = isForeign
        ? ts.createSourceFile(path, text, withoutJsDoc(languageVersion))
        : ts.createSourceFile(path, text, languageVersion, true)
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
        const own = optionsFor(file)
        const found = fromSource(
          outputs,
          own === undefined
            ? ts.resolveModuleName(literal.text, from, resolution, host, cache, redirected, mode)
            : ts.resolveModuleName(literal.text, from, own, host, undefined, redirected, mode),
        )
        if (found.resolvedModule !== undefined || input.ownDirectory === undefined || !OURS.test(literal.text))
          return found
        const bundled = {
          ...resolution,
          moduleResolution: ts.ModuleResolutionKind.Bundler,
          module: ts.ModuleKind.ESNext,
        }
        return ts.resolveModuleName(literal.text, join(input.ownDirectory, 'index.ts'), bundled, host)
      }),
  }
  return host
}

/** A module that is compiled from a source of the project is that source. */
function fromSource(
  outputs: CompiledOutputs,
  found: ts.ResolvedModuleWithFailedLookupLocations,
): ts.ResolvedModuleWithFailedLookupLocations {
  const source = found.resolvedModule && outputs.sourceOf(found.resolvedModule.resolvedFileName)
  if (source === undefined) return found
  const extension = /\.[cm]?tsx?$/.exec(source)?.[0] ?? ts.Extension.Ts
  return { ...found, resolvedModule: { resolvedFileName: source, extension, isExternalLibraryImport: false } }
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
