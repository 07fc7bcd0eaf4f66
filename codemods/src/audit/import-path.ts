import ts from '#typescript'
import { violationAt, type Rule, type Violation } from './rule.js'

const HOME = '@switchyard/dispatcher'

/** The one dispatcher, imported by more than one path. */
export function importPath(): Rule {
  const elsewhere: { readonly violation: Violation; readonly specifier: string }[] = []
  let fromHome = false
  return {
    name: 'import-path',
    why: 'What is reached by two paths is soon two things: each path can be mocked, replaced or versioned by itself.',
    fix: `Import it from ${HOME} everywhere.`,
    needles: ['UnifiedToolDispatcher'],
    visit(source) {
      for (const statement of source.statements) {
        if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
        const bindings = statement.importClause?.namedBindings
        if (bindings === undefined || !ts.isNamedImports(bindings)) continue
        const element = bindings.elements.find(
          ({ name, propertyName }) => (propertyName ?? name).text === 'UnifiedToolDispatcher',
        )
        if (element === undefined) continue
        const specifier = statement.moduleSpecifier.text
        if (specifier === HOME) fromHome = true
        else if (!specifier.startsWith('@switchyard/')) {
          elsewhere.push({
            specifier,
            violation: violationAt(element, `UnifiedToolDispatcher comes from ${specifier} here`),
          })
        }
      }
      return []
    },
    finish() {
      const paths = new Set(elsewhere.map(({ specifier }) => specifier)).size + Number(fromHome)
      return paths > 1 ? elsewhere.map(({ violation }) => violation) : []
    },
  }
}
