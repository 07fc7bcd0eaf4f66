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
}
type AjvClass = new (options: object) => Ajv

/** Formats are annotations, as in the current JSON Schema. Nothing is coerced, defaulted or removed: a check, no conversion. */
const OPTIONS = { strict: false, allErrors: true, validateFormats: false, logger: false, addUsedSchema: false }

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
  const classes = ajvClasses(toolName, schema)
  const failures = classes.map((AjvOfDraft) => {
    try {
      return new AjvOfDraft(OPTIONS).compile(schema)
    } catch (cause) {
      return messageOf(cause)
    }
  })
  const validate = failures.find((each) => typeof each === 'function')
  if (validate !== undefined) return validate
  throw new InvalidToolError(`The JSON Schema of tool ${quote(toolName)} cannot be checked: ${failures.join('; ')}.`)
}

/** The drafts that a schema may be of: what it says, else the current one, else the one that has lists in `items`. */
function ajvClasses(toolName: string, schema: object): AjvClass[] {
  const draft: unknown = Reflect.get(schema, '$schema')
  const files =
    typeof draft === 'string'
      ? [/draft-07/u.test(draft) ? 'ajv' : /2019-09/u.test(draft) ? 'ajv/dist/2019.js' : 'ajv/dist/2020.js']
      : ['ajv/dist/2020.js', 'ajv']
  const load = createRequire(import.meta.url)
  try {
    return files.map((file) => (load(file) as { default: AjvClass }).default)
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
