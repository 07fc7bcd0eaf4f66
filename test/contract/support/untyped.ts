/** Calls a function as code without types would: with anything. */
export function untyped(callee: Function, thisValue: unknown, ...parameters: readonly unknown[]): unknown {
  const returned: unknown = Reflect.apply(callee, thisValue, parameters)
  return returned
}

/** Constructs a class as code without types would: of anything. */
export function constructing(constructed: Function, ...parameters: readonly unknown[]): unknown {
  const made: unknown = Reflect.construct(constructed, parameters)
  return made
}
