import * as fc from 'fast-check'

/** What is done to one of the objects that can be reached from a value. */
interface Mutation {
  readonly pick: number
  readonly how: 'replace' | 'delete' | 'add' | 'empty'
}

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({ pick: fc.nat({ max: 30 }), how: fc.constantFrom('replace', 'delete', 'add', 'empty') }),
  { minLength: 1, maxLength: 12 },
)

/** Values of the kinds that callers pass: plain data, with dates, maps, sets and binary data in it. */
export const data: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'roles', 'name', 'value', '__proto__'),
  fc.oneof(
    fc.anything({ maxDepth: 2, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
    fc.object({ maxDepth: 2, maxKeys: 4 }),
  ),
)

/** Changes a value in place, wherever it lets that happen. */
export function mutate(value: unknown, how: readonly Mutation[]): void {
  const objects = reachable(value)
  for (const mutation of how) {
    const target = objects[mutation.pick % Math.max(1, objects.length)]
    if (target !== undefined) change(target, mutation.how)
  }
}

/** All objects in a value, the value first; no prototypes, no functions. */
function reachable(value: unknown): object[] {
  const found = new Set<object>()
  const visit = (item: unknown) => {
    if (typeof item !== 'object' || item === null || found.has(item)) return
    found.add(item)
    if (ArrayBuffer.isView(item)) return
    if (item instanceof Map) for (const entry of item) entry.forEach(visit)
    if (item instanceof Set) item.forEach(visit)
    for (const key of Reflect.ownKeys(item)) visit(Reflect.get(item, key))
  }
  visit(value)
  return [...found]
}

function change(target: object, how: Mutation['how']): void {
  if (how === 'add') {
    Reflect.set(target, 'userId', 'somebody else')
    if (Array.isArray(target)) Reflect.set(target, target.length, 'added')
  } else if (how === 'empty') {
    empty(target)
  } else if (!ArrayBuffer.isView(target)) {
    for (const key of Reflect.ownKeys(target)) {
      if (Array.isArray(target) && key === 'length') continue
      if (how === 'delete') Reflect.deleteProperty(target, key)
      else Reflect.set(target, key, key === 'execute' ? () => 'replaced' : 'replaced')
    }
  }
}

function empty(target: object): void {
  if (target instanceof Map || target instanceof Set) target.clear()
  else if (target instanceof Date) target.setTime(0)
  else if (ArrayBuffer.isView(target)) new Uint8Array(target.buffer).fill(255)
  else if (Array.isArray(target)) Reflect.set(target, 'length', 0)
}
