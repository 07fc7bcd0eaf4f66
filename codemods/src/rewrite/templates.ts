import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { exposedNames } from './exposed.js'
import { isInstance } from './instance-types.js'
import { declarationKey } from './sources.js'
import { hasExportKeyword, isAssignment, isFunctionLike } from './syntax.js'
import { enclosingKey } from './type-places.js'
import type { Key, PlannedSite, Work } from './work.js'

/**
 * A component's template reads names of its script, and no checker sees it. What a template names stays as it is where
 * it is an export of a facade, holds a dispatcher, or is made from what a dispatcher gives.
 */
export function surveyTemplate(work: Work, source: ts.SourceFile): void {
  const template = work.templates.get(source.fileName)
  if (template === undefined) return
  const words = new Set(template.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu))
  const sites = work.sites.filter(({ node }) => node.getSourceFile() === source)
  for (const mention of work.mentions) {
    const { reference, binding, facade, key } = mention
    if (reference.getSourceFile() !== source || binding === undefined || !words.has(binding.local.text)) continue
    work.block(reference, key, facade, messageFor(binding.local.text))
  }
  for (const binding of work.bindings.get(source)?.values() ?? []) {
    if (!words.has(binding.local.text)) continue
    work.block(binding.local, binding.local, binding.facade, messageFor(binding.local.text))
    work.pinned.add(binding)
  }
  const exposed = exposedNames(source)
  const names = { all: new Set([...words, ...exposed]), messageFor: saying(words) }
  const visit = (node: ts.Node): void => {
    surveyName(work, node, names, sites)
    for (const property of propertiesIn(work, node)) blockProperty(work, property)
    ts.forEachChild(node, visit)
  }
  visit(source)
}

/** The properties of a component that a node declares: `export let` of Svelte, and what `$props` and `defineProps` give. */
function propertiesIn(work: Work, node: ts.Node): readonly ts.Declaration[] {
  if (ts.isVariableStatement(node)) {
    const isSvelte = /\.svelte\.[jt]s$/.test(node.getSourceFile().fileName)
    const isOpen = (node.declarationList.flags & ts.NodeFlags.Let) !== 0
    return isSvelte && isOpen && hasExportKeyword(node) ? node.declarationList.declarations : []
  }
  if (ts.isTypeReferenceNode(node) && node.typeName.getText() === 'PropType') {
    const key = enclosingKey(node)
    return key === undefined ? [] : [key]
  }
  if (!ts.isCallExpression(node) || !/^(?:defineProps|\$props)$/.test(node.expression.getText())) return []
  const type = work.checker.getContextualType(node) ?? work.checker.getTypeAtLocation(node)
  return type.getProperties().flatMap((property) => property.declarations?.slice(0, 1) ?? [])
}

/** The templates of other components give it, and no checker sees what. */
function blockProperty(work: Work, property: ts.Declaration): void {
  if (!work.isOwn(property)) return
  const type = work.checker.getTypeAtLocation(property)
  const facade =
    work.symbols.instanceOf(type) ?? (work.symbols.mentions(type) ? anyFacadeIn(work, property) : undefined)
  if (facade === undefined) return
  const name = ts.getNameOfDeclaration(property)?.getText() ?? 'it'
  work.block(property, property, facade, `templates give ${name} to this component; change it with them by hand`)
}

function anyFacadeIn(work: Work, node: ts.Node): FacadeName | undefined {
  const source = node.getSourceFile()
  return [...(work.bindings.get(source)?.values() ?? [])][0]?.facade
}

function messageFor(name: string): string {
  return `the template of this component uses ${name}; change both by hand`
}

/** Names that something reads which no checker sees, and what to say of one. */
interface Names {
  readonly all: ReadonlySet<string>
  readonly messageFor: (name: string) => string
}

function saying(words: ReadonlySet<string>): Names['messageFor'] {
  return (name) =>
    words.has(name)
      ? messageFor(name)
      : `other components may use ${name} of this one through a ref; change it with them by hand`
}

function surveyName(work: Work, node: ts.Node, names: Names, sites: readonly PlannedSite[]): void {
  const value = valueGiven(node)
  if (value === undefined) return
  const name = namesIn(value.name).find(({ text }) => names.all.has(text))
  if (name === undefined) return
  const made = value.from === undefined ? [] : sites.filter((site) => isMadeBy(site.node, value.from))
  const isTakenApart = ts.isVariableDeclaration(node) && !ts.isIdentifier(node.name)
  const changes = isTakenApart || hasOldShape(work, work.checker.getTypeAtLocation(name))
  const facade = (changes ? made[0]?.facade : undefined) ?? facadeOfType(work, name)
  if (facade === undefined) return
  const declared = work.symbols.resolve(name)?.declarations?.[0]
  const key = declared !== undefined && work.isOwn(declared) ? declared : (declarationKey(work, name) ?? node)
  work.block(node, key, facade, names.messageFor(name.text))
  if (declared !== undefined && work.isOwn(declared)) joinFunction(work, declared, key)
  for (const site of made) work.join(site.key, key)
}

/** A template may call a function: what it gives, and what it is given, stays with it. */
function joinFunction(work: Work, declared: ts.Declaration, key: Key): void {
  const isNamed = ts.isVariableDeclaration(declared) || ts.isPropertyAssignment(declared)
  const holder = isNamed ? declared.initializer : declared
  if (holder === undefined || !isFunctionLike(holder)) return
  work.join(holder, key)
  const visit = (node: ts.Node): void => {
    if (ts.isParameter(node) || ts.isPropertySignature(node) || ts.isBindingElement(node)) work.join(node, key)
    ts.forEachChild(node, visit)
  }
  for (const parameter of holder.parameters) {
    if (work.symbols.mentions(work.checker.getTypeAtLocation(parameter)) || isInstance(work, parameter.name))
      visit(parameter)
  }
}

/** What gets a value, and from what. */
function valueGiven(node: ts.Node): { readonly name: ts.Node; readonly from: ts.Node | undefined } | undefined {
  if (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node))
    return { name: node.name, from: node.initializer }
  // A component's properties are written as a type, and named in its template.
  if (ts.isShorthandPropertyAssignment(node) || ts.isImportSpecifier(node) || ts.isPropertySignature(node))
    return { name: node.name, from: undefined }
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node))
    return node.name === undefined ? undefined : { name: node.name, from: node }
  if (ts.isBinaryExpression(node) && isAssignment(node)) return { name: node.left, from: node.right }
  return undefined
}

function namesIn(node: ts.Node): ts.Identifier[] {
  if (ts.isIdentifier(node)) return [node]
  if (ts.isPropertyAccessExpression(node)) return [...namesIn(node.expression), node.name].filter(ts.isIdentifier)
  if (ts.isBindingElement(node)) return namesIn(node.name)
  const found: ts.Identifier[] = []
  ts.forEachChild(node, (child) => void found.push(...namesIn(child)))
  return found
}

/** Whether a place is in what a value is made from: in what it returns where it is a function, and in no inner function. */
function isMadeBy(place: ts.Node, from: ts.Node | undefined): boolean {
  const own = from !== undefined && isFunctionLike(from) ? from : undefined
  let returned = own === undefined || (ts.isArrowFunction(own) && !ts.isBlock(own.body))
  for (let at: ts.Node = place; at.parent !== undefined; at = at.parent) {
    if (at === from) return returned
    if (ts.isReturnStatement(at)) returned = true
    if (isFunctionLike(at)) return false
  }
  return false
}

/** The facade whose dispatcher is in the type of a name. */
function facadeOfType(work: Work, name: ts.Identifier): FacadeName | undefined {
  const type = work.checker.getTypeAtLocation(name)
  const facade = work.symbols.instanceOf(type)
  if (facade !== undefined || !work.symbols.mentions(type)) return facade
  const files = [name, work.symbols.resolve(name)?.declarations?.[0]].map((node) => node?.getSourceFile())
  const near = files.flatMap((file) => work.sites.filter(({ node }) => node.getSourceFile() === file))
  return (near[0] ?? work.sites[0])?.facade ?? anyFacadeIn(work, name)
}

/** Whether a value of a type may be what a facade gives: such a type, or one that is not known. */
function hasOldShape(work: Work, type: ts.Type, depth = 0): boolean {
  if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) return true
  if (depth > 3 || (type.flags & ts.TypeFlags.Object) === 0)
    return type.isUnionOrIntersection() && type.types.some((part) => hasOldShape(work, part, depth + 1))
  const declaration = type.symbol?.declarations?.[0]
  if (declaration !== undefined && work.symbols.facadeOf(declaration) !== undefined) return true
  const parts = [
    ...work.checker.getTypeArguments(type as ts.TypeReference),
    ...type.getCallSignatures().map((signature) => signature.getReturnType()),
  ]
  return parts.some((part) => hasOldShape(work, part, depth + 1))
}
