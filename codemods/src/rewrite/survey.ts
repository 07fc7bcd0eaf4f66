import ts from '#typescript'
import { isSeenEverywhere } from './ambient.js'
import { surveyInstances } from './instances.js'
import { surveyMentions } from './mentions.js'
import { joinMocks } from './own-mocks.js'
import { surveyModules } from './module-mentions.js'
import { surveyTemplate } from './templates.js'
import type { Work } from './work.js'

/** Looks at every file that a facade can reach, and joins what must move together. */
export function survey(work: Work, onFile: (file: string) => void = () => {}): void {
  for (const source of reachedSources(work)) {
    onFile(source.fileName)
    surveyMentions(work, source)
    surveyInstances(work, source)
    surveyModules(work, source)
    surveyTemplate(work, source)
  }
  joinStrays(work)
  joinEverywhere(work)
  joinMocks(work)
  for (const ask of work.deferred) ask()
}

/** The files that may be changed and load a facade, themselves or through others; nothing of one can be anywhere else. */
function reachedSources(work: Work): ts.SourceFile[] {
  const all = work.project.program.getSourceFiles()
  const importers = new Map<ts.SourceFile, ts.SourceFile[]>()
  for (const source of all) {
    if (source.isDeclarationFile && work.symbols.facadeOf(source) !== undefined) continue
    for (const imported of importsOf(work, source))
      importers.set(imported, [...(importers.get(imported) ?? []), source])
  }
  const reached = new Set(
    all.filter(
      (source) =>
        work.symbols.facadeOf(source) !== undefined ||
        /@switchyard\/(?:legacy|request-scoped|core|enhanced)/.test(source.text),
    ),
  )
  for (const source of reached) {
    for (const importer of importers.get(source) ?? []) reached.add(importer)
    if (work.isEditable(source) && isSeenEverywhere(source)) return all.filter((one) => work.isEditable(one))
  }
  return [...reached].filter((source) => work.isEditable(source))
}

function importsOf(work: Work, source: ts.SourceFile): ts.SourceFile[] {
  const specifiers = (source as ts.SourceFile & { readonly imports?: readonly ts.StringLiteralLike[] }).imports ?? []
  return specifiers.flatMap((specifier) => {
    const declaration = work.checker.getSymbolAtLocation(specifier)?.declarations?.find((one) => ts.isSourceFile(one))
    return declaration === undefined ? [] : [declaration]
  })
}

function joinEverywhere(work: Work): void {
  const creations = [...work.creations].flatMap(([name, keys]) =>
    keys.map((key) => ({ facade: name.split(':')[0], key: key as ts.Node })),
  )
  for (const { key, facade, wide } of work.everywhere) {
    const same = creations.filter((creation) => creation.facade === facade)
    if (wide === 'all') for (const site of work.sites) if (site.facade === facade) work.tie(site.key, key)
    const file = (key as ts.Node).getSourceFile()
    const near = same.filter((creation) => creation.key.getSourceFile() === file)
    for (const creation of wide === undefined && near.length > 0 ? near : same) work.tie(creation.key, key)
  }
}

/**
 * What no type and no creation says to be a dispatcher came by a way that was not seen: from near by, or as one that got away
 * from where its type was known.
 */
function joinStrays(work: Work): void {
  const known = new Set([...work.owned, ...work.views, ...work.declared].map((key) => work.flows.find(key)))
  for (const { key, facade } of work.uses) {
    if (known.has(work.flows.find(key))) continue
    work.everywhere.push({ key, facade })
    for (const escaped of work.escaped) if (escaped.facade === facade) work.tie(escaped.key, key)
  }
}
