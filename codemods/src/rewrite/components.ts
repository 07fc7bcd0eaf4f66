/** Things that must move together, joined step by step (a disjoint set). */
export class Components<Key> {
  readonly #parents = new Map<Key, Key>()

  /** The one that stands for everything joined with `key`. */
  find(key: Key): Key {
    const parent = this.#parents.get(key)
    if (parent === undefined || parent === key) return key
    const root = this.find(parent)
    this.#parents.set(key, root)
    return root
  }

  join(a: Key, b: Key): void {
    const [first, second] = [this.find(a), this.find(b)]
    if (first !== second) this.#parents.set(second, first)
  }
}
