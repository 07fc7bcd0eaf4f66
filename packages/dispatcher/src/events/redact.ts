import { isPlainObject, setOwn } from '../snapshot.js'

/** What stands in an event in place of a secret. */
export const REDACTED = '[REDACTED]'

const MAX_JSON = 500
const MAX_DEPTH = 100
const KNOWN_KEYS = 2_000
const KNOWN_KEY_LENGTH = 100
const ENDINGS = [
  ...['password', 'secret', 'token', 'apikey', 'privatekey', 'secretkey', 'accesskey'],
  ...['credential', 'authorization', 'cookie'],
]

/** Makes values fit for an event: JSON-safe, secrets masked by key, at most 500 characters of JSON. */
export type Redactor = (value: unknown) => unknown

/**
 * A redactor that masks the built-in key endings and the given ones. A key counts without case, `_`, `-` and spaces, and
 * in the plural too (but `tokens` alone counts things).
 */
export function createRedactor(furtherEndings: readonly string[] = []): Redactor {
  const isSecret = secretKeyTest([...ENDINGS, ...furtherEndings.map(normalise).filter((ending) => ending !== '')])
  return (value) => {
    if (typeof value !== 'object' || value === null) return cutPrimitive(value)
    const flat = copyFlat(value, isSecret)
    if (flat !== undefined) return flat
    const walk = new Walk(isSecret)
    const copied = walk.copy(value, 0)
    if (walk.mostJson <= MAX_JSON) return copied
    const json = JSON.stringify(copied)
    return json.length <= MAX_JSON ? copied : `${json.slice(0, MAX_JSON - 1)}…`
  }
}

/** The redactor of whoever asks for no further endings. */
export const redact: Redactor = createRedactor()

/** Masks credentials in free text, such as an exception's message, and cuts it to 500 characters. */
export function redactText(text: string): string {
  const masked = maskCredentials(text.length > 10_000 ? text.slice(0, 10_000) : text)
  return masked.length > MAX_JSON ? `${masked.slice(0, MAX_JSON - 1)}…` : masked
}

const SECRET_KEY =
  '[\\w-]{0,40}(?:password|passwd|secret|token|(?:api|private|secret|access)[_ -]?key|credential|authorization)s?'
// A quoted value ends at its own quote, even where JSON inside of JSON escaped it, or at the end of a text that was cut.
const SECRET_VALUE = [
  String.raw`(?:bearer|basic|digest)\s{1,3}[^\s,;"']+`,
  String.raw`"(?:[^"\\]|\\[^])*(?:"|\\?$)`,
  String.raw`'(?:[^'\\]|\\[^])*(?:'|\\?$)`,
  String.raw`\\+(["'])[^]*?(?:\\\4|$)`,
  String.raw`[^\s,;&"'}\]\\]+`,
].join('|')
const SECRET_PAIR = new RegExp(String.raw`(${SECRET_KEY})(\\*["']?\s{0,3}[=:]\s{0,3})(${SECRET_VALUE})`, 'gi')
const COOKIES = /(cookies?\\*["']?\s{0,3}[=:]\s{0,3}\\*["']?)([^\s,;"'}\]\\]+(?:;\s{0,3}[^\s,;"'}\]\\]+)*)/gi
// The user's part may hold an `@` that nobody encoded; the host begins after the last one before the path.
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]{0,200}:[^\s@]{1,4000}@(?:[^\s/?#@]{0,200}@)*/gi
const BEARER = /\b(bearer)\s+[\w.~+/=-]{4,}/gi

function maskCredentials(text: string): string {
  return text
    .replace(URL_CREDENTIALS, `$1${REDACTED}@`)
    .replace(COOKIES, `$1${REDACTED}`)
    .replace(SECRET_PAIR, (match, key: string, separator: string) =>
      normalise(key) === 'tokens' ? match : `${key}${separator}${REDACTED}`,
    )
    .replace(BEARER, `$1 ${REDACTED}`)
}

function normalise(key: string): string {
  return key.toLowerCase().replace(/[_\- ]/g, '')
}

function secretKeyTest(endings: readonly string[]): (key: string) => boolean {
  const known = new Map<string, boolean>()
  return (key) => {
    const answer = known.get(key)
    if (answer !== undefined) return answer
    const plain = normalise(key)
    const secret =
      plain !== 'tokens' && endings.some((ending) => plain.endsWith(ending) || plain.endsWith(`${ending}s`))
    if (known.size < KNOWN_KEYS && key.length <= KNOWN_KEY_LENGTH) known.set(key, secret)
    return secret
  }
}

function cutPrimitive(value: unknown): unknown {
  const safe = safePrimitive(value)
  if (typeof safe !== 'string' || safe.length <= 80) return safe
  const fits = safe.length < MAX_JSON && JSON.stringify(safe).length <= MAX_JSON
  return fits ? safe : `${safe.slice(0, MAX_JSON - 1)}…`
}

function safePrimitive(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return value.toString()
    case 'symbol':
      return value.toString()
    case 'function':
      return functionText(value)
    default:
      return value
  }
}

function functionText(value: object): string {
  try {
    return `[Function ${String(Reflect.get(value, 'name'))}]`
  } catch {
    return '[Function]'
  }
}

/** A copy of what most tools take and give: a plain object of a few short values. `undefined` for everything else. */
function copyFlat(value: object, isSecret: (key: string) => boolean): Record<string, unknown> | undefined {
  const copied: Record<string, unknown> = {}
  let most = 2
  try {
    if (!isPlainObject(value)) return undefined
    const keys = Object.keys(value)
    if (keys.length > 8) return undefined
    for (const key of keys) {
      most += key.length * 6 + 4
      const item = isSecret(key) ? REDACTED : value[key]
      if (typeof item === 'string') most += item.length * 6 + 2
      else if (item === null || typeof item === 'boolean' || Number.isFinite(item)) most += 25
      else return undefined
      if (most > MAX_JSON || key === '__proto__') return undefined
      copied[key] = item
    }
  } catch {
    // A getter or a proxy threw: the walk shows which.
    return undefined
  }
  return copied
}

/** One pass over one value. It stops adding once the JSON is sure to be cut, so a huge value costs what its beginning costs. */
class Walk {
  /** At most this many characters of JSON so far, and at least (without the brackets that are still to be closed). */
  mostJson = 0
  #leastJson = 0
  readonly #isSecret: (key: string) => boolean
  readonly #ancestors: object[] = []

  constructor(isSecret: (key: string) => boolean) {
    this.#isSecret = isSecret
  }

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') {
      const text = value.length > MAX_JSON ? value.slice(0, MAX_JSON) : value
      this.#grow(text.length + 2, text.length * 6 + 2)
      return text
    }
    if (typeof value === 'object' && value !== null) return this.#copyObject(value, depth)
    const safe = safePrimitive(value)
    this.#grow(1, typeof safe === 'string' ? safe.length * 6 + 2 : 25)
    return safe
  }

  #copyObject(value: object, depth: number): unknown {
    if (depth > MAX_DEPTH) return this.copy('[Nested too deep]', depth)
    if (this.#ancestors.includes(value)) return this.copy('[Circular]', depth)
    this.#grow(1, 2)
    this.#ancestors.push(value)
    try {
      if (Array.isArray(value)) return this.#copyItems(value, depth)
      if (isPlainObject(value) && typeof value['toJSON'] !== 'function') return this.#copyEntries(value, depth)
      return this.#copyInstance(value, depth)
    } catch {
      // A getter, a proxy or a toJSON of the caller's may do anything.
      return this.copy('[Unreadable]', depth)
    } finally {
      this.#ancestors.pop()
      this.#grow(1, 0)
    }
  }

  #copyItems(items: Iterable<unknown>, depth: number): unknown[] {
    const result: unknown[] = []
    for (const item of items) {
      if (this.#leastJson > MAX_JSON) break
      this.#grow(0, 1)
      result.push(this.copy(item === undefined ? null : item, depth + 1))
    }
    return result
  }

  #copyEntries(value: object, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {}
    for (const key in value) {
      if (this.#leastJson > MAX_JSON) break
      if (Object.hasOwn(value, key)) this.#copyProperty(result, key, () => Reflect.get(value, key), depth)
    }
    return result
  }

  #copyProperty(result: Record<string, unknown>, key: string, read: () => unknown, depth: number): void {
    let item: unknown
    try {
      item = this.#isSecret(key) ? REDACTED : read()
    } catch {
      item = '[Unreadable]'
    }
    if (item === undefined) return
    const shownKey = key.length > MAX_JSON ? key.slice(0, MAX_JSON) : key
    this.#grow(shownKey.length + 3, shownKey.length * 6 + 4)
    setOwn(result, shownKey, this.copy(item, depth + 1))
  }

  #copyInstance(value: object, depth: number): unknown {
    if (value instanceof Error) {
      const { name, message } = value
      return this.#copyEntries({ name: String(name), message: redactText(String(message)) }, depth)
    }
    if (value instanceof Map) {
      const result: Record<string, unknown> = {}
      for (const [key, item] of value) {
        if (this.#leastJson > MAX_JSON) break
        this.#copyProperty(result, String(key), () => item, depth)
      }
      return result
    }
    if (value instanceof Set) return this.#copyItems(value, depth)
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return this.copy(`[${value.constructor.name} of ${value.byteLength} bytes]`, depth)
    }
    const toJson: unknown = Reflect.get(value, 'toJSON')
    return typeof toJson === 'function' ? this.copy(toJson.call(value), depth + 1) : this.#copyEntries(value, depth)
  }

  #grow(least: number, most: number): void {
    this.#leastJson += least
    this.mostJson += most
  }
}
