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
        (value >= 0 && value < 10 && Number.isInteger(value) ? 1 : exact ? String(value).length : LONGEST_NUMBER)
      )
    case 'boolean':
      return budget - 5
    case 'bigint':
      return budget - value.toString().length
    case 'object':
      return value === null ? budget - 4 : spendObject(value, budget, depth, ancestors, exact)
    default:
      return budget
  }
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
  let left = budget - 2
  if (value instanceof Map) {
    const inside = [...ancestors, value]
    for (const [key, item] of value) {
      left = spend(item, spend(key, left - 2, depth + 1, inside, exact), depth + 1, inside, exact)
      if (left < 0) break
    }
  } else if (Array.isArray(value) || value instanceof Set) {
    const inside = [...ancestors, value]
    for (const item of value) {
      left = spend(item, left - 1, depth + 1, inside, exact)
      if (left < 0) break
    }
  } else {
    left = spendProperties(value, left, depth, ancestors, exact)
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
  let left = budget
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
    if (item === undefined || typeof item === 'function') continue
    left -= stringBytes(key, left) + 2
    if (typeof item === 'object' && item !== null) {
      inside ??= [...ancestors, value]
      left = spendObject(item, left, depth + 1, inside, exact)
    } else {
      left = spend(item, left, depth + 1, ancestors, exact)
    }
    if (left < 0) return left
  }
  return left
}

/** The bytes of a string in JSON, quotes and escapes included; a short string is counted without making another one. */
function stringBytes(text: string, budget: number): number {
  if (text.length > budget) return budget + 1
  if (text.length > 64) return new TextEncoder().encode(JSON.stringify(text)).byteLength
  let bytes = 2
  for (let index = 0; index < text.length; index += 1) bytes += codeUnitBytes(text.charCodeAt(index))
  return bytes
}

function codeUnitBytes(unit: number): number {
  if (unit === 0x22 || unit === 0x5c) return 2
  if (unit < 0x20) return unit === 0x0a || unit === 0x0d || unit === 0x09 || unit === 0x08 || unit === 0x0c ? 2 : 6
  if (unit < 0x80) return 1
  if (unit < 0x800) return 2
  // Half of a surrogate pair: four bytes for two units.
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3
}
