export interface Book {
  title: string
  borrowedBy?: string
  reservedBy?: string
}

/** What the library has, by signature. */
export class Shelf {
  readonly #books = new Map<string, Book>()

  add(signature: string, title: string): void {
    this.#books.set(signature, { title })
  }

  find(signature: string): Book {
    const book = this.#books.get(signature)
    if (book === undefined) throw new Error(`There is no ${signature} in this library`)
    return book
  }

  borrowed(): Book[] {
    return [...this.#books.values()].filter(({ borrowedBy }) => borrowedBy !== undefined)
  }
}
