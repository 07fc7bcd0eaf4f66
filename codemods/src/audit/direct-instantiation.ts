import ts from '#typescript'
import { violationAt, type Rule, type Violation } from './rule.js'

const HOME = '@switchyard/dispatcher'
const CLASS = 'UnifiedToolDispatcher'

/** `new UnifiedToolDispatcher(…)`, which throws, or a class that extends it, which would. */
export function directInstantiation(): Rule {
  return {
    name: 'direct-instantiation',
    why: 'A dispatcher without a factory would have no user and no limits, so its constructor throws.',
    fix: 'Use UnifiedToolDispatcher.createForUser(context, options).',
    needles: [HOME],
    applies: (text) => text.includes(CLASS),
    visit(source) {
      const names = localNames(source)
      const isDispatcher = (expression: ts.Expression) => names.has(expression.getText())
      const found: Violation[] = []
      const visit = (node: ts.Node): void => {
        if (ts.isNewExpression(node) && isDispatcher(node.expression)) {
          found.push(violationAt(node, `new ${node.expression.getText()}() throws`))
        }
        if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ExtendsKeyword) {
          const base = node.types[0]?.expression
          if (base !== undefined && isDispatcher(base)) {
            found.push(violationAt(base, `a class that extends ${base.getText()} cannot be made`))
          }
        }
        ts.forEachChild(node, visit)
      }
      visit(source)
      return found
    },
  }
}

/** What the dispatcher's class is called in a file: by a name, or as a member of its whole module. */
function localNames(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    const bound = ts.isImportDeclaration(node)
      ? isHome(node.moduleSpecifier) && node.importClause?.namedBindings
      : ts.isVariableDeclaration(node) && isRequired(node.initializer) && node.name
    if (bound) for (const name of namesIn(bound)) names.add(name)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

function namesIn(bound: ts.NamedImportBindings | ts.BindingName): string[] {
  if (ts.isNamespaceImport(bound)) return [`${bound.name.text}.${CLASS}`]
  if (ts.isIdentifier(bound)) return [`${bound.text}.${CLASS}`]
  if (ts.isArrayBindingPattern(bound)) return []
  const elements: readonly (ts.ImportSpecifier | ts.BindingElement)[] = bound.elements
  return elements
    .filter((each) => (each.propertyName ?? each.name).getText() === CLASS)
    .map(({ name }) => name.getText())
}

function isRequired(node: ts.Expression | undefined): boolean {
  if (node === undefined || !ts.isCallExpression(node) || node.expression.getText() !== 'require') return false
  return isHome(node.arguments[0])
}

function isHome(specifier: ts.Expression | undefined): boolean {
  return specifier !== undefined && ts.isStringLiteralLike(specifier) && specifier.text === HOME
}
