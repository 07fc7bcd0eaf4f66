import ts from '#typescript'
import { migrations } from '../migrations.js'
import type { FacadeName } from '../plan.js'
import { declarationsPath } from './facade-declarations.js'
import { DISPATCHER, type FileWork } from './file-work.js'
import { innermost } from './syntax.js'
import type { Piece } from './text-edits.js'
import type { Work } from './work.js'

/** What a test framework's call on a module needs: the specifier moves, and the keys of its factory with it. */
export function surveyMock(
  work: Work,
  call: ts.CallExpression,
  specifier: ts.StringLiteralLike,
  facade: FacadeName,
): void {
  const name = call.expression.getText().split('.')[1] ?? ''
  const base = { node: call, key: call, facade, name: `${call.expression.getText()}()`, rule: 'facade-import' } as const
  const move = (file: FileWork) => file.edits.replace(specifier.getStart() + 1, specifier.end - 1, [DISPATCHER])
  const block = (message: string) => {
    work.block(call, call, facade, message)
    work.add(base)
  }
  if (/^(?:unmock|dontMock|doUnmock|unstable_unmockModule)$/.test(name)) {
    // All facades become one module, and what ends one mock would end the others.
    if (/(?:mock|doMock|setMock|unstable_mockModule)\(\s*['"`]@switchyard\//.test(call.getSourceFile().text)) {
      block(
        'another mock of this file is of the same module after the migration; decide whether this line is still needed',
      )
      return
    }
    work.add({ ...base, apply: move })
    return
  }
  if (/^(?:importActual|requireActual)$/.test(name)) {
    const mock = mockAround(call)
    if (mock === undefined) {
      block('what is taken from the real module cannot be followed; import it instead')
      return
    }
    work.join(mock, call)
    work.add({ ...base, apply: move })
    return
  }
  const factory = call.arguments[1]
  if (factory === undefined || /^import|^require/.test(name)) {
    work.everywhere.push({ key: call, facade, wide: 'all' })
    block('the whole module is replaced by stand-ins with the old methods; give a factory with what is used')
    return
  }
  const made = factoryObject(factory)
  if (made === undefined) {
    block('what its factory gives cannot be seen; return an object literal')
    return
  }
  const changes: ((file: FileWork) => void)[] = [move]
  const keys: string[] = []
  for (const property of made.properties) {
    const planned = planKey(work, call, property, facade)
    if (typeof planned === 'string') {
      block(planned)
      return
    }
    if (planned === undefined) continue
    keys.push(planned.key)
    changes.push(planned.apply)
  }
  const creating = keys.filter((key) => key === 'UnifiedToolDispatcher')
  if (creating.length > 1) {
    block('two of its stand-ins become the same one; keep one')
    return
  }
  const old = oldShape(call.getSourceFile(), factory)
  if (old !== undefined) {
    block(old)
    return
  }
  work.add({
    ...base,
    apply: (file) => {
      for (const change of changes) change(file)
    },
  })
}

/** The mock call that a node stands in. */
function mockAround(node: ts.Node): ts.CallExpression | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (
      ts.isCallExpression(at) &&
      /^(?:vi|vitest|jest)\.(?:mock|doMock|setMock|unstable_mockModule)$/.test(at.expression.getText())
    )
      return at
  }
  return undefined
}

/** The object literal that a factory gives. */
export function factoryObject(factory: ts.Expression): ts.ObjectLiteralExpression | undefined {
  const inner = innermost(factory)
  if (!ts.isArrowFunction(inner) && !ts.isFunctionExpression(inner)) return undefined
  if (!ts.isBlock(inner.body)) {
    const body = innermost(inner.body)
    return ts.isObjectLiteralExpression(body) ? body : undefined
  }
  const last = inner.body.statements.at(-1)
  const value =
    last !== undefined && ts.isReturnStatement(last) && last.expression !== undefined
      ? innermost(last.expression)
      : undefined
  return value !== undefined && ts.isObjectLiteralExpression(value) ? value : undefined
}

interface PlannedKey {
  readonly key: string
  readonly apply: (file: FileWork) => void
}

const range = (node: ts.Node): Piece => ({ start: node.getStart(), end: node.end })

function planKey(
  work: Work,
  call: ts.CallExpression,
  property: ts.ObjectLiteralElementLike,
  facade: FacadeName,
): PlannedKey | string | undefined {
  if (ts.isSpreadAssignment(property)) return undefined
  const name = property.name?.getText() ?? ''
  const entry = migrations[facade].exports[name]
  if (entry?.to === undefined) return `its key ${name} has no counterpart; change it by hand`
  if (entry.change === 'kit')
    return `its key ${name} is not of ${DISPATCHER}; mock @switchyard/facade-kit for it, or use the real one`
  if (!ts.isPropertyAssignment(property)) return `its key ${name} is not written as a property; write ${name}: …`
  work.mocked.push({ call, creations: `${facade}:${declaredName(work, facade, name)}` })
  if (entry.change === 'rename') {
    const { to } = entry
    return { key: to.name, apply: (file) => file.edits.replace(property.name.getStart(), property.name.end, [to.name]) }
  }
  const value = property.initializer
  const made = entry.kind === 'class' ? madeByClass(value) : madeByFunction(value)
  if (typeof made === 'string') return made
  return {
    key: 'UnifiedToolDispatcher',
    apply: (file) => {
      made.edit?.(file)
      file.edits.replace(property.name.getStart(), property.end, [
        'UnifiedToolDispatcher: { createForUser: ',
        ...made.pieces,
        ' }',
      ])
    },
  }
}

interface Made {
  readonly pieces: readonly Piece[]
  readonly edit?: (file: FileWork) => void
}

/** A constructor becomes a function that makes what it made; an object of factories becomes the one factory. */
function madeByClass(value: ts.Expression): Made | string {
  const inner = innermost(value)
  if (ts.isClassExpression(inner)) {
    const constructor = inner.members.find((member) => ts.isConstructorDeclaration(member))
    if (constructor !== undefined && constructor.parameters.length > 1)
      return 'the stand-in takes more than a context; take what it needs from the options of createForUser'
    const passes = constructor !== undefined && constructor.parameters.length > 0
    return { pieces: [passes ? '(context) => new (' : '() => new (', range(value), passes ? ')(context)' : ')()'] }
  }
  if (ts.isObjectLiteralExpression(inner)) {
    const [only, more] = inner.properties
    if (only === undefined || more !== undefined || !ts.isPropertyAssignment(only))
      return 'its factories cannot be told apart; keep one, as a property'
    return madeByFunction(only.initializer)
  }
  if (ts.isIdentifier(inner)) return { pieces: ['(context) => new ', range(value), '(context)'] }
  return madeByFunction(value)
}

/** A function that gave a dispatcher, or a promise of one, gives the dispatcher. */
function madeByFunction(value: ts.Expression): Made | string {
  const inner = innermost(value)
  const implementation = functionIn(inner)
  if (implementation !== undefined) {
    if (implementation.parameters.length > 1)
      return 'the stand-in takes more than a context; take what it needs from the options of createForUser'
    if (usesThis(implementation.body)) return 'the stand-in is a constructor written as a function; write it as a class'
    const async = ts.getModifiers(implementation)?.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
    if (async === undefined) return { pieces: [range(value)] }
    if (awaits(implementation.body))
      return 'the stand-in awaits, and createForUser does not; give the dispatcher itself'
    return {
      pieces: [range(value)],
      edit: (file) => file.edits.replace(async.getStart(), followingToken(file, async.end), []),
    }
  }
  const resolved =
    ts.isCallExpression(inner) && ts.isPropertyAccessExpression(inner.expression) ? inner.expression.name : undefined
  if (resolved !== undefined && /^mockResolvedValue(?:Once)?$/.test(resolved.text)) {
    return {
      pieces: [range(value)],
      edit: (file) =>
        file.edits.replace(resolved.getStart(), resolved.end, [resolved.text.replace('Resolved', 'Return')]),
    }
  }
  if (resolved?.text === 'mockReturnValue') return { pieces: [range(value)] }
  return 'what this stand-in gives cannot be seen; write it as a function here'
}

function followingToken(file: FileWork, end: number): number {
  return end + (/^\s*/.exec(file.text.slice(end))?.[0].length ?? 0)
}

/** The function that a value is, or that a mock function is given. */
function functionIn(value: ts.Expression): ts.ArrowFunction | ts.FunctionExpression | undefined {
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return value
  if (!ts.isCallExpression(value) || !/(?:\bfn|mockImplementation)$/.test(value.expression.getText())) return undefined
  const [first] = value.arguments
  return first === undefined ? undefined : functionIn(innermost(first))
}

function usesThis(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return true
  if (ts.isClassLike(node)) return false
  return ts.forEachChild(node, (child) => usesThis(child) || undefined) ?? false
}

function awaits(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true
  if (ts.isFunctionLike(node)) return false
  return ts.forEachChild(node, (child) => awaits(child) || undefined) ?? false
}

const OLD_METHODS = new Set([
  'dispatch',
  'dispatchTool',
  'cleanup',
  'getMetrics',
  'getAvailableTools',
  'getContext',
  'userContext',
])
const OLD_READS = new Set(['error', 'errorMessage', 'status', 'payload', 'metadata'])

/** What of a stand-in has the old shape: methods that are not called any more, results that are read differently. */
function oldShape(source: ts.SourceFile, factory: ts.Expression): string | undefined {
  const method = oldMethodIn(factory)
  if (method !== undefined) return `the stand-in has the old method ${method}; give it executeTool and dispose`
  const result = memberNamed(source, (member) => {
    const siblings = ts.isObjectLiteralExpression(member.parent)
      ? member.parent.properties.map((one) => one.name?.getText())
      : []
    return OLD_READS.has(member.name?.getText() ?? '') && (siblings.includes('success') || siblings.includes('payload'))
  })
  return result === undefined
    ? undefined
    : `results that the stand-in gives have the old shape (${result}); give them that of ToolExecutionResult`
}

/** The first member with the name of an old method, in a stand-in. */
export function oldMethodIn(node: ts.Node): string | undefined {
  return memberNamed(node, (member) => OLD_METHODS.has(member.name?.getText() ?? ''))
}

function memberNamed(node: ts.Node, test: (member: ts.NamedDeclaration) => boolean): string | undefined {
  if ((ts.isObjectLiteralElement(node) || ts.isClassElement(node)) && test(node)) return node.name?.getText()
  return ts.forEachChild(node, (child) => memberNamed(child, test))
}

/** The name under which a facade declares what it exports under another one, too. */
function declaredName(work: Work, facade: FacadeName, exported: string): string {
  const source = work.project.program.getSourceFile(declarationsPath(`@switchyard/${facade}`))
  const module = source === undefined ? undefined : work.checker.getSymbolAtLocation(source)
  const symbol = module?.exports?.get(ts.escapeLeadingUnderscores(exported))
  if (symbol === undefined) return exported
  return ((symbol.flags & ts.SymbolFlags.Alias) !== 0 ? work.checker.getAliasedSymbol(symbol) : symbol).name
}
