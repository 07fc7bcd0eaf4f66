import { readFileSync } from 'node:fs'
import ts from '#typescript'
import { packageOf } from '../facades.js'
import { migrations } from '../migrations.js'
import { facadeDeclarations } from '../rewrite/facade-declarations.js'
import { isAssignment } from '../rewrite/syntax.js'
import type { EntryPoint } from './own-modules.js'

/** What every class and every instance has. */
const inherent = ['constructor', 'prototype', 'name', 'length', 'toString', 'then']

/**
 * The members that classes of an entry point have and no class of its facade has. Where nothing is type-checked, code that
 * names one of them may lean on it.
 */
export function membersBeyond({ facade, files }: EntryPoint): ReadonlySet<string> {
  const beyond = new Set<string>()
  const known = new Set([...inherent, ...facadeMembers(facade)])
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true)
    const classes = classesIn(source)
    for (const name of Object.keys(migrations[facade].exports)) {
      for (const member of membersOf(classes, name)) if (!known.has(member)) beyond.add(member)
    }
  }
  return beyond
}

/** The first place of a file where a member of one of these names is used. */
export function firstUse(source: ts.SourceFile, members: ReadonlySet<string>): string | undefined {
  if (members.size === 0) return undefined
  const look = (node: ts.Node): string | undefined => {
    const name = memberNamed(node)
    return name !== undefined && members.has(name) ? name : ts.forEachChild(node, look)
  }
  return look(source)
}

function memberNamed(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return node.argumentExpression.text
  }
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return undefined
  const key = node.propertyName ?? node.name
  return ts.isIdentifier(key) ? key.text : undefined
}

/** Every member that anything of a facade is declared with. */
function facadeMembers(facade: EntryPoint['facade']): string[] {
  const text = facadeDeclarations.get(packageOf(facade)) ?? ''
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if ((ts.isClassElement(node) || ts.isTypeElement(node)) && node.name !== undefined) found.push(node.name.getText())
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('facade.d.ts', text, ts.ScriptTarget.ESNext, true))
  return found
}

type Classes = ReadonlyMap<string, ts.ClassLikeDeclaration>

function classesIn(source: ts.SourceFile): Classes {
  const found = new Map<string, ts.ClassLikeDeclaration>()
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) {
      const holder = node.parent
      const name = node.name ?? (ts.isVariableDeclaration(holder) ? holder.name : undefined)
      if (name !== undefined && ts.isIdentifier(name)) found.set(name.text, node)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The public members of a class and of those in the same file that it extends. */
function membersOf(classes: Classes, name: string): string[] {
  const found: string[] = []
  const seen = new Set<ts.ClassLikeDeclaration>()
  for (let at = classes.get(name); at !== undefined && !seen.has(at); at = baseOf(classes, at)) {
    seen.add(at)
    found.push(...at.members.filter(isPublic).flatMap(namesOf))
  }
  return found
}

/** The name of a member; those that a constructor declares; those that plain JavaScript makes by assigning them. */
function namesOf(member: ts.ClassElement): string[] {
  const { name } = member
  const own = name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : []
  const parameters = ts.isConstructorDeclaration(member) ? member.parameters : []
  const declared = parameters.filter((each) => ts.isParameterPropertyDeclaration(each, member) && isPublic(each))
  return [...own, ...declared.map((each) => each.name.getText()), ...assigned(member)]
}

function assigned(member: ts.Node): string[] {
  if (!/\.[cm]?jsx?$/u.test(member.getSourceFile().fileName)) return []
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (isAssignment(node) && ts.isPropertyAccessExpression(node.left) && isThis(node.left.expression)) {
      if (ts.isIdentifier(node.left.name)) found.push(node.left.name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(member)
  return found
}

function isThis({ kind }: ts.Node): boolean {
  return kind === ts.SyntaxKind.ThisKeyword
}

function baseOf(classes: Classes, { heritageClauses }: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration | undefined {
  const base = heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression
  return base !== undefined && ts.isIdentifier(base) ? classes.get(base.text) : undefined
}

function isPublic(member: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) : undefined
  return !(modifiers ?? []).some(
    ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
  )
}
