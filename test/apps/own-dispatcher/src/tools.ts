import type { Shelf } from './shelf.js'

/** What the desk agent may do for a reader. */
export function deskTools(shelf: Shelf, reader: string) {
  return [
    {
      name: 'lend',
      description: 'Lends a book to the reader',
      execute: ({ signature }: Record<string, unknown>) => {
        const book = shelf.find(String(signature))
        if (book.borrowedBy !== undefined) throw new Error(`${book.title} is lent already`)
        book.borrowedBy = reader
        return { title: book.title }
      },
    },
    {
      name: 'reserve',
      description: 'Keeps a book for the reader',
      execute: ({ signature }: Record<string, unknown>) => {
        const book = shelf.find(String(signature))
        book.reservedBy = reader
        return { title: book.title }
      },
    },
  ]
}
