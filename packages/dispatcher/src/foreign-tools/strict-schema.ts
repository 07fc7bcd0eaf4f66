const relaxed = new WeakMap<object, object>()

/**
 * The schema that OpenAI's strict mode made, with optional properties optional again: strict mode requires each property
 * and lets the optional ones be null. A model is bound to that; code that leaves an optional property out is right too.
 */
export function withoutNullableRequired(schema: object): object {
  let made = relaxed.get(schema)
  if (made === undefined) {
    made = relax(schema) as object
    relaxed.set(schema, made)
  }
  return made
}

function relax(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relax)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, relax(part)]),
  )
  const { required, properties } = copy
  if (Array.isArray(required) && typeof properties === 'object' && properties !== null) {
    copy['required'] = required.filter((key) => !isNullable(Reflect.get(properties, String(key))))
  }
  return copy
}

function isNullable(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  const { type, anyOf } = schema as { readonly type?: unknown; readonly anyOf?: unknown }
  return (
    type === 'null' ||
    (Array.isArray(type) && type.includes('null')) ||
    (Array.isArray(anyOf) && anyOf.some(isNullable))
  )
}
