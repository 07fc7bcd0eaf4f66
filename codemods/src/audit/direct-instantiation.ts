import ts from 'typescript-checker'
import { violationAt, type Rule, type Violation } from './rule.js'

/** `new UnifiedToolDispatcher(…)`, which throws, or a class that extends it, which would. */
export function directInstantiation(): Rule {
  return {
    name: 'direct-instantiation',
    why: 'A dispatcher without a factory would have no user and no limits, so its constructor throws.',
    fix: 'Use UnifiedToolDispatcher.createForUser(context, options).',
    needles: ['@switchyard/dispatcher'],
    applies: (text) => text.includes('UnifiedToolDispatcher'),
    visit(source) {
      const names = localNames(source)
      const found: Violation[] = []
      const visit = (node: ts.Node): void => {
        if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && names.has(node.expression.text)) {
          found.push(violationAt(node, `new ${node.expression.text}() throws`))
        }
        if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ExtendsKeyword) {
          const base = node.types[0]?.expression
          if (base !== undefined && ts.isIdentifier(base) && names.has(base.text)) {
            found.push(violationAt(base, `a class that extends ${base.text} cannot be made`))
          }
        }
        ts.forEachChild(node, visit)
      }
      visit(source)
      return found
    },
  }
}

function localNames(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const bindings = statement.importClause?.namedBindings
    if (statement.moduleSpecifier.text !== '@switchyard/dispatcher' || bindings === undefined) continue
    if (!ts.isNamedImports(bindings)) continue
    for (const { name, propertyName } of bindings.elements) {
      if ((propertyName ?? name).text === 'UnifiedToolDispatcher') names.add(name.text)
    }
  }
  return names
}
