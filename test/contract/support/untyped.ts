/** Calls a function as code without types would: with anything. */
export function untyped(callee: Function, thisValue: unknown, ...parameters: readonly unknown[]): unknown {
  const returned: unknown = Reflect.apply(callee, thisValue, parameters)
  return returned
}
