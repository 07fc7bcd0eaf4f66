const MAX_DEPTH = 500

/**
 * Whether a value's JSON would take at most `maxBytes` bytes of UTF-8. It stops counting at the limit, so that a huge
 * value, or one that shares parts a million times, costs no more than the limit. Cycles count once; maps and sets count by
 * what they hold and binary data by its bytes, since that is what they weigh; more than 500 levels never fit.
 */
export function fitsIn(value: unknown, maxBytes: number): boolean {
  // Writing a number out costs more than all else of a small value, so it is first taken for the longest there is.
  return spend(value, maxBytes, 0, NOTHING_ABOVE, false) >= 0 || spend(value, maxBytes, 0, NOTHING_ABOVE, true) >= 0
}

/** `-1.2345678901234567e-123` */
const LONGEST_NUMBER = 24
const NOTHING_ABOVE: readonly object[] = Object.freeze([])

/** What is left of the budget once the value is paid for; negative when it was not enough. */
function spend(value: unknown, budget: number, depth: number, ancestors: readonly object[], exact: boolean): number {
  switch (typeof value) {
    case 'string':
      return budget - stringBytes(value, budget)
    case 'number':
      return (
        budget -
        (value >= 0 && value < 10 && Number.isInteger(value) ? 1 : exact ? numberLength(value) : LONGEST_NUMBER)
      )
    case 'boolean':
      return budget - (value ? 4 : 5)
    case 'bigint':
      return budget - value.toString().length
    case 'object':
      return value === null ? budget - 4 : spendObject(value, budget, depth, ancestors, exact)
    default:
      // Where there must be something, JSON shows `null`.
      return depth === 0 ? budget : budget - 4
  }
}

function numberLength(value: number): number {
  return Number.isFinite(value) ? String(value).length : 4
}

function spendObject(
  value: object,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  exact: boolean,
): number {
  if (depth > MAX_DEPTH) return -1
  if (depth > 0 && ancestors.includes(value)) return budget
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return budget - value.byteLength
  if (value instanceof Date) return budget - 26
  if (value instanceof Map) return spendEntries(value, budget, depth, ancestors, exact)
  if (Array.isArray(value) || value instanceof Set) return spendItems(value, budget, depth, ancestors, exact)
  return spendProperties(value, budget, depth, ancestors, exact)
}

/** One bracket, and a comma or the other bracket after each item. */
function spendItems(
  items: readonly unknown[] | Set<unknown>,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  exact: boolean,
): number {
  const inside = [...ancestors, items]
  let left = budget - 1
  let isEmpty = true
  for (const item of items) {
    isEmpty = false
    left = spend(item, left - 1, depth + 1, inside, exact)
    if (left < 0) return left
  }
  return isEmpty ? left - 1 : left
}

function spendEntries(
  map: ReadonlyMap<unknown, unknown>,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  exact: boolean,
): number {
  const inside = [...ancestors, map]
  let left = budget - 2
  for (const [key, item] of map) {
    left = spend(item, spend(key, left - 2, depth + 1, inside, exact), depth + 1, inside, exact)
    if (left < 0) return left
  }
  return left
}

function spendProperties(
  value: object,
  budget: number,
  depth: number,
  ancestors: readonly object[],
  exact: boolean,
): number {
  let left = budget - 1
  let isEmpty = true
  // Most objects hold no others; the path down to here is only kept for those that do.
  let inside: readonly object[] | undefined
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    let item: unknown
    try {
      item = Reflect.get(value, key)
    } catch {
      continue
    }
    if (item === undefined || typeof item === 'function' || typeof item === 'symbol') continue
    isEmpty = false
    // A colon, and a comma or the closing brace.
    left -= stringBytes(key, left) + 2
    if (typeof item === 'object' && item !== null) {
      inside ??= [...ancestors, value]
      left = spendObject(item, left, depth + 1, inside, exact)
    } else {
      left = spend(item, left, depth + 1, ancestors, exact)
    }
    if (left < 0) return left
  }
  return isEmpty ? left - 1 : left
}

/** The bytes of a string in JSON, quotes and escapes included; a short string is counted without making another one. */
function stringBytes(text: string, budget: number): number {
  if (text.length > budget) return budget + 1
  if (text.length > 64) return encodedBytes(text)
  let bytes = 2
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    // Two halves of a letter take four bytes; one alone is escaped and takes six.
    if (unit >= 0xd800 && unit <= 0xdfff) return encodedBytes(text)
    bytes += codeUnitBytes(unit)
  }
  return bytes
}

function encodedBytes(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).byteLength
}

function codeUnitBytes(unit: number): number {
  if (unit === 0x22 || unit === 0x5c) return 2
  if (unit < 0x20) return unit === 0x0a || unit === 0x0d || unit === 0x09 || unit === 0x08 || unit === 0x0c ? 2 : 6
  if (unit < 0x80) return 1
  return unit < 0x800 ? 2 : 3
}
