import ts from 'typescript-checker'
import { migrations } from '../migrations.js'
import { OLD_MEMBERS } from './unknown-places.js'

/** What begins it: a facade is loaded by its package's name, and what comes without one is asked by an old name. */
const FIRST = [
  'switchyard',
  ...Object.values(migrations).flatMap(({ exports }) => Object.keys(exports)),
  ...OLD_MEMBERS,
]
/** What statements of one file share without declaring it. */
const SHARED = new Set(['exports', 'module', 'globalThis', 'global', 'window', 'self', 'this'])
const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu

/**
 * The statements of a file in which a dispatcher can be, where each file is alone: those that name something of a facade, and
 * those that share a name of the file with one of them. Asking the checker about all the others is most of the time of a run.
 * The whole file, where it shares its scope with others; it has been bound.
 */
export function statementsOfNote(source: ts.SourceFile): readonly ts.Node[] {
  const locals = localsOf(source)
  if (locals === undefined || /\\u|\bdeclare\s+(?:global|module)\b/u.test(source.text)) return [source]
  const wordsOf = new Map(
    source.statements.map((statement) => [statement, new Set(statement.getFullText().match(WORD))]),
  )
  const noted = new Set(FIRST)
  const found = new Set<ts.Node>()
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const [statement, words] of wordsOf) {
      if (found.has(statement) || !meets(words, noted)) continue
      found.add(statement)
      for (const word of words) if (locals.has(word) || SHARED.has(word)) noted.add(word)
    }
  }
  return source.statements.filter((statement) => found.has(statement))
}

/** The names of a module; absent for a script, whose names are everybody's. */
function localsOf(source: ts.SourceFile): ReadonlySet<string> | undefined {
  const { locals, commonJsModuleIndicator } = source as ts.SourceFile & {
    readonly locals?: ReadonlyMap<ts.__String, ts.Symbol>
    readonly commonJsModuleIndicator?: unknown
  }
  if (locals === undefined || (!ts.isExternalModule(source) && commonJsModuleIndicator === undefined)) return undefined
  return new Set([...locals.keys()].map((name) => ts.unescapeLeadingUnderscores(name)))
}

function meets(words: ReadonlySet<string>, noted: ReadonlySet<string>): boolean {
  for (const word of words) if (noted.has(word)) return true
  return false
}
