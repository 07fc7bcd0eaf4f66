/** A promise that the test settles. */
export interface Gate<T = unknown> {
  readonly promise: Promise<T>
  open(value: T): void
  fail(cause: unknown): void
}

export function gate<T = unknown>(): Gate<T> {
  let open: (value: T) => void = () => {}
  let fail: (cause: unknown) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open: (value) => open(value), fail: (cause) => fail(cause) }
}

/** Lets everything that is ready run, however many microtasks deep, without any time passing. */
export async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

/** What a promise has come to by now, or `pending`. */
export async function stateOf<T>(promise: Promise<T>): Promise<T | 'pending'> {
  await settleMicrotasks()
  return Promise.race([promise, Promise.resolve('pending' as const)])
}
