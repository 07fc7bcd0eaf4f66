import { migrations, type FacadeName } from '@switchyard/facade-kit'
import { describe, expect, it } from 'vitest'
import { linesInEditor, linesInLinter } from './support/deprecated-lines.js'
import { exportsOf } from './support/exports-of.js'

const facades = Object.keys(migrations) as FacadeName[]

/** One use of an export in a consumer's code. */
interface Use {
  readonly form: string
  readonly name: string
  readonly code: string
}

/** Every export in every form of use, one a line. */
function usesOf(facade: FacadeName): Use[] {
  return exportsOf(`packages/facades/${facade}`).flatMap(({ name, kind, isType }, index) => {
    const value = kind === 'type' ? [] : ['named value', 'namespace value', 'renamed value']
    const type = isType ? ['named type', 'namespace type', 'inline type import'] : []
    return [...value, ...type].map((form, at) => ({ form, name, code: codeOf(form, facade, name, `${index}_${at}`) }))
  })
}

function codeOf(form: string, facade: FacadeName, name: string, id: string): string {
  switch (form) {
    case 'named value':
      return `export const v${id} = ${name}`
    case 'namespace value':
      return `export const v${id} = namespace.${name}`
    case 'renamed value':
      return `export const v${id} = renamed_${name}`
    case 'named type':
      return `export type T${id} = ${name}`
    case 'namespace type':
      return `export type T${id} = namespace.${name}`
    default:
      return `export type T${id} = import('@switchyard/${facade}').${name}`
  }
}

function consumerOf(facade: FacadeName, uses: readonly Use[]): string {
  const from = `from '@switchyard/${facade}'`
  const names = [...new Set(uses.map(({ name }) => name))]
  const imports = `import * as namespace ${from}; import { ${names.map((name) => `${name}, ${name} as renamed_${name}`).join(', ')} } ${from}`
  return [imports, ...uses.map(({ code }) => code)].join('\n')
}

describe.each(facades)('over a consumer of %s', (facade) => {
  const uses = usesOf(facade)
  const text = consumerOf(facade, uses)
  const inEditor = linesInEditor(text)
  const inLinter = linesInLinter(text)

  it.each(uses)('editor and linter see $name as a $form', ({ code }) => {
    const line = uses.findIndex((use) => use.code === code) + 2
    expect([inEditor.has(line), inLinter.has(line)], code).toEqual([true, true])
  })
})

describe('the check itself', () => {
  it('finds nothing deprecated in a consumer of the canonical package', () => {
    const text = [
      "import * as namespace from '@switchyard/dispatcher'; import { UnifiedToolDispatcher } from '@switchyard/dispatcher'",
      'export const v1 = UnifiedToolDispatcher',
      'export const v2 = namespace.UserExecutionContext',
      'export type T1 = namespace.ToolExecutionResult',
    ].join('\n')
    expect([...linesInEditor(text), ...linesInLinter(text)]).toEqual([])
  })
})
