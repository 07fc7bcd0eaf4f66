import { createRequire } from 'node:module'
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { InvalidToolError, quote } from '../errors.js'
import { type Issue, messageOf } from '../result.js'

/** The part of Ajv, an optional peer, that is used here. */
interface Validate {
  (value: unknown): unknown
  readonly errors?: readonly AjvError[] | null | undefined
}
interface AjvError {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string | undefined
  readonly params: Readonly<Record<string, unknown>>
}
interface Ajv {
  compile(schema: object): Validate
  removeSchema(schema: object): unknown
}
type AjvClass = new (options: object) => Ajv

/** Formats are annotations, as in the current JSON Schema. Nothing is coerced, defaulted or removed: a check, no conversion. */
const OPTIONS = { strict: false, allErrors: true, logger: false }

/** The one check of a schema, made once however often its tool is registered. */
const known = new WeakMap<object, StandardSchemaV1 & StandardJSONSchemaV1>()

/**
 * Makes an input schema of a JSON Schema, checked by Ajv.
 *
 * @param shown What a model is shown, where that is not what is checked.
 * @throws {InvalidToolError} `invalid_tool`: Ajv is not installed, or refuses the schema
 */
export function jsonSchemaInput(toolName: string, schema: unknown, shown?: object): StandardSchemaV1 {
  if (typeof schema !== 'object' || schema === null) {
    throw new InvalidToolError(
      `The input schema of tool ${quote(toolName)} must be a JSON Schema; received ${quote(schema)}.`,
    )
  }
  let input = known.get(schema)
  if (input === undefined) {
    const validate = compile(toolName, schema)
    const definition = shown ?? schema
    const convert = () => ({ ...definition })
    input = {
      '~standard': {
        version: 1,
        vendor: 'json-schema',
        validate: (value) => (validate(value) === true ? { value } : { issues: issuesOf(validate.errors) }),
        jsonSchema: { input: convert, output: convert },
      },
    }
    known.set(schema, input)
  }
  return input
}

function compile(toolName: string, schema: object): Validate {
  if (Reflect.get(schema, '$async') === true) {
    throw new InvalidToolError(`The JSON Schema of tool ${quote(toolName)} must be a synchronous one, without $async.`)
  }
  const text = textOf(toolName, schema)
  const ajv = ajvOf(fileFor(schema, text), toolName, text.includes('"$id"'))
  try {
    return ajv.compile(schema)
  } catch (cause) {
    throw uncheckable(toolName, cause)
  } finally {
    ajv.removeSchema(schema)
  }
}

function textOf(toolName: string, schema: object): string {
  try {
    return JSON.stringify(schema)
  } catch (cause) {
    throw uncheckable(toolName, cause)
  }
}

function uncheckable(toolName: string, cause: unknown): InvalidToolError {
  return new InvalidToolError(`The JSON Schema of tool ${quote(toolName)} cannot be checked: ${messageOf(cause)}.`)
}

/** Ajv's file for the draft that a schema says it is of; else the current one, or the one that has lists in `items`. */
function fileFor(schema: object, text: string): string {
  const said: unknown = Reflect.get(schema, '$schema')
  const draft = typeof said === 'string' ? said : text.includes('"items":[') ? 'draft-07' : '2020-12'
  if (draft.includes('draft-07')) return 'ajv'
  return draft.includes('2019-09') ? 'ajv/dist/2019.js' : 'ajv/dist/2020.js'
}

const instances = new Map<string, Ajv>()

/**
 * One for each draft, since it takes some 10 ms to make; `compile` takes each schema out of it again. A schema that names an
 * `$id` has one of its own: it may name that of another's, or of the draft itself, which would be taken out in its place.
 */
function ajvOf(file: string, toolName: string, isAlone: boolean): Ajv {
  const ajv = (isAlone ? undefined : instances.get(file)) ?? new (load(file, toolName))(OPTIONS)
  if (!isAlone) instances.set(file, ajv)
  return ajv
}

function load(file: string, toolName: string): AjvClass {
  try {
    return (createRequire(import.meta.url)(file) as { readonly default: AjvClass }).default
  } catch (cause) {
    throw new InvalidToolError(
      `Tool ${quote(toolName)} describes its input by a JSON Schema, which takes the package ajv to check: npm install ajv ` +
        `(8.17 or later; loading it failed: ${messageOf(cause).split('\n', 1)[0]}).`,
    )
  }
}

function issuesOf(errors: Validate['errors']): Issue[] {
  return (errors ?? []).map((error) => ({ message: explain(error), path: pathOf(error) }))
}

function explain({ keyword, message = `fails ${keyword}`, params }: AjvError): string {
  if (keyword === 'additionalProperties') return `${message}: ${String(params['additionalProperty'])}`
  if (keyword === 'enum') return `${message}: ${JSON.stringify(params['allowedValues'])}`
  return message
}

/** The keys of a JSON pointer; for a missing property, with its own. */
function pathOf({ instancePath, keyword, params }: AjvError): string[] {
  const keys = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return keyword === 'required' ? [...keys, String(params['missingProperty'])] : keys
}
