/** Plain data: an object literal (or one without a prototype). */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Sets an own property, `__proto__` included, which an assignment would take for the prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}

/**
 * A deep copy of plain data that its giver can no longer change. Plain objects and arrays are copied (cycles kept), and
 * so are dates, maps, sets and binary data; functions and instances of classes are handles, not data, and stay the same.
 */
export function snapshot(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copy(value, undefined) : value
}

function copy(value: object, seen: Map<object, unknown> | undefined): unknown {
  const known = seen?.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    const result: unknown[] = []
    const next = (seen ?? new Map<object, unknown>()).set(value, result)
    for (const item of value as readonly unknown[]) result.push(copyItem(item, next))
    return result
  }
  if (!isPlainObject(value)) return isMutableBuiltIn(value) ? copyBuiltIn(value, seen) : value
  const result: Record<string, unknown> = {}
  let next = seen
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (typeof item === 'object' && item !== null) {
      next = (next ?? new Map<object, unknown>()).set(value, result)
      setOwn(result, key, copy(item, next))
    } else {
      setOwn(result, key, item)
    }
  }
  return result
}

function copyItem(item: unknown, seen: Map<object, unknown>): unknown {
  return typeof item === 'object' && item !== null ? copy(item, seen) : item
}

/** Whether a value is one of the platform's own that nobody can freeze. */
export function isMutableBuiltIn(value: object): boolean {
  return (
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Date ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value)
  )
}

function copyBuiltIn(value: object, seen: Map<object, unknown> = new Map()): object {
  if (value instanceof Map) {
    const result = new Map<unknown, unknown>()
    const next = seen.set(value, result)
    for (const [key, item] of value) result.set(copyItem(key, next), copyItem(item, next))
    return result
  }
  if (value instanceof Set) {
    const result = new Set<unknown>()
    const next = seen.set(value, result)
    for (const item of value) result.add(copyItem(item, next))
    return result
  }
  return structuredClone(value)
}
