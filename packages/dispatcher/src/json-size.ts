const MAX_DEPTH = 500

/**
 * Whether a value's JSON would take at most `maxBytes` bytes of UTF-8. It stops counting at the limit, so that a huge
 * value, or one that shares parts a million times, costs no more than the limit. What JSON cannot hold counts by what it
 * weighs: cycles once, maps and sets by what they hold, binary data by its bytes. More than 500 levels never fit.
 */
export function fitsIn(value: unknown, maxBytes: number): boolean {
  // Writing a number out costs more than all else of a small value, so each is first taken for the longest there is.
  return (
    spend(value, maxBytes, 0, NOTHING_ABOVE, longestNumber) >= 0 ||
    spend(value, maxBytes, 0, NOTHING_ABOVE, numberBytes) >= 0
  )
}

type NumberBytes = (value: number) => number

/** As long as `-0.0000012345678901234567`, the longest. */
function longestNumber(value: number): number {
  return value >= 0 && value < 10 && Number.isInteger(value) ? 1 : 25
}

function numberBytes(value: number): number {
  return Number.isFinite(value) ? String(value).length : 4
}

const NOTHING_ABOVE: readonly object[] = Object.freeze([])

/** What is left of the budget once the value is paid for; negative when it was not enough. */
function spend(
  value: unknown,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  bytesOf: NumberBytes,
): number {
  switch (typeof value) {
    case 'string':
      return budget - stringBytes(value, budget)
    case 'number':
      return budget - bytesOf(value)
    case 'boolean':
      return budget - (value ? 4 : 5)
    case 'bigint':
      return budget - value.toString().length
    case 'object':
      return value === null ? budget - 4 : spendObject(value, budget, depth, ancestors, bytesOf)
    default:
      return budget
  }
}

function spendObject(
  value: object,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  bytesOf: NumberBytes,
): number {
  if (depth > MAX_DEPTH || budget < 0) return -1
  if (depth > 0 && ancestors.includes(value)) return budget
  if (Array.isArray(value)) return spendItems(value, budget, depth, [...ancestors, value], bytesOf)
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return budget - value.byteLength
    if (value instanceof Set) return spendItems(value, budget, depth, [...ancestors, value], bytesOf)
    if (value instanceof Map) return spendEntries(value, budget, depth, [...ancestors, value], bytesOf)
  }
  return spendProperties(value, budget, depth, ancestors, bytesOf)
}

function spendItems(
  items: Iterable<unknown>,
  budget: number,
  depth: number,
  inside: readonly object[],
  bytesOf: NumberBytes,
): number {
  // One bracket and a comma after each item: as long as both brackets and the commas between, where there are items.
  let left = budget - 1
  let empty = true
  for (const item of items) {
    empty = false
    left = isNothing(item) ? left - 5 : spend(item, left - 1, depth + 1, inside, bytesOf)
    if (left < 0) return left
  }
  return empty ? left - 1 : left
}

function spendEntries(
  entries: Iterable<[unknown, unknown]>,
  budget: number,
  depth: number,
  inside: readonly object[],
  bytesOf: NumberBytes,
) {
  let left = budget - 2
  for (const [key, item] of entries) {
    left = spend(item, spend(key, left - 2, depth + 1, inside, bytesOf), depth + 1, inside, bytesOf)
    if (left < 0) return left
  }
  return left
}

function spendProperties(
  value: object,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  bytesOf: NumberBytes,
): number {
  const toJson = read(value, 'toJSON')
  if (isFunction(toJson)) return spendConverted(value, toJson, budget, depth, ancestors, bytesOf)
  let left = budget - 1
  let empty = true
  // Most objects hold no others; the path down to here is only kept for those that do.
  let inside: readonly object[] | undefined
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    const item = read(value, key)
    if (isNothing(item)) continue
    empty = false
    left -= stringBytes(key, left) + 2
    if (left < 0) return left
    if (typeof item === 'object' && item !== null) {
      inside ??= [...ancestors, value]
      left = spendObject(item, left, depth + 1, inside, bytesOf)
    } else {
      left = spend(item, left, depth + 1, ancestors, bytesOf)
    }
    if (left < 0) return left
  }
  return empty ? left - 1 : left
}

/** What JSON leaves out of an object, and writes as `null` in an array. */
function isNothing(item: unknown): boolean {
  return item === undefined || typeof item === 'function' || typeof item === 'symbol'
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function'
}

function read(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key)
  } catch {
    return undefined
  }
}

function spendConverted(
  value: object,
  toJson: () => unknown,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  bytesOf: NumberBytes,
): number {
  let converted: unknown
  try {
    converted = toJson.call(value)
  } catch {
    return budget
  }
  return isNothing(converted) ? budget - 4 : spend(converted, budget, depth + 1, [...ancestors, value], bytesOf)
}

/** The bytes of a string in JSON, quotes and escapes included; a short string is counted without making another one. */
function stringBytes(text: string, budget: number): number {
  if (text.length > budget) return budget + 1
  if (text.length > 64) return new TextEncoder().encode(JSON.stringify(text)).byteLength
  let bytes = 2
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0xd800 || unit > 0xdfff) {
      bytes += codeUnitBytes(unit)
    } else if (unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4
      index += 1
    } else {
      // Half of a pair alone is written as an escape.
      bytes += 6
    }
  }
  return bytes
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

function codeUnitBytes(unit: number): number {
  if (unit === 0x22 || unit === 0x5c) return 2
  if (unit < 0x20) return unit === 0x0a || unit === 0x0d || unit === 0x09 || unit === 0x08 || unit === 0x0c ? 2 : 6
  if (unit < 0x80) return 1
  return unit < 0x800 ? 2 : 3
}
