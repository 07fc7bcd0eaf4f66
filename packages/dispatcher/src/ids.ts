/**
 * Identifiers: unique across processes by a random 128-bit part drawn once, unique within one by a counter behind it.
 * (About 20 ns, where a UUID each costs 140.) They say nothing to a reader and grant nothing to a holder.
 */
const processPart = globalThis.crypto.randomUUID().replaceAll('-', '')
let counter = 0

/** Makes identifiers of one kind, such as `call_0f3c…-17`. */
export function idMaker(kind: string): () => string {
  const prefix = `${kind}_${processPart}-`
  return () => {
    counter += 1
    return prefix + counter
  }
}
