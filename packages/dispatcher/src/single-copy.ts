import { fileURLToPath } from 'node:url'

const KEY = Symbol.for('@switchyard/dispatcher:copy')

/**
 * Warns, once in a process, when a second copy of this package is loaded: the two share no users, no limits and no
 * classes, so limits would hold twice over and `instanceof` would fail.
 */
export function warnOfSecondCopy(url: string): void {
  const here = url.startsWith('file:') ? fileURLToPath(url) : url
  const first: unknown = Reflect.get(globalThis, KEY)
  if (first === undefined) {
    Object.defineProperty(globalThis, KEY, { value: { path: here, warned: false } })
    return
  }
  if (typeof first !== 'object' || first === null || Reflect.get(first, 'warned') === true) return
  if (Reflect.get(first, 'path') === here) return
  Reflect.set(first, 'warned', true)
  process.emitWarning(
    `Two copies of @switchyard/dispatcher are loaded, from ${String(Reflect.get(first, 'path'))} and from ${here}. ` +
      'They share no limits and no classes; make every package depend on one version and install again.',
    { type: 'SwitchyardWarning', code: 'SWY_TWO_COPIES' },
  )
}
