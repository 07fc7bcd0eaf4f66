import { describe, expect, it } from 'vitest'
import { lend } from '../src/lend.js'
import { reserve } from '../src/reserve.js'
import { Shelf } from '../src/shelf.js'
import { statusLine } from '../src/status-line.js'

function shelf(): Shelf {
  const made = new Shelf()
  made.add('Q-17', 'The Left Hand of Darkness')
  return made
}

describe('lend()', () => {
  it('lends a book to the reader', async () => {
    const books = shelf()
    expect(await lend(books, 'reader-ada', 'Q-17')).toBe('Enjoy The Left Hand of Darkness!')
    expect(books.find('Q-17').borrowedBy).toBe('reader-ada')
  })

  it('says why when the book is lent already', async () => {
    const books = shelf()
    await lend(books, 'reader-ada', 'Q-17')
    expect(await lend(books, 'reader-bob', 'Q-17')).toContain('The Left Hand of Darkness is lent already')
    expect(books.find('Q-17').borrowedBy).toBe('reader-ada')
  })
})

describe('reserve()', () => {
  it('keeps a book for the reader', async () => {
    const books = shelf()
    expect(await reserve(books, 'reader-bob', 'Q-17')).toBe(true)
    expect(books.find('Q-17').reservedBy).toBe('reader-bob')
  })

  it('answers false for a book that is not there', async () => {
    expect(await reserve(shelf(), 'reader-bob', 'Q-99')).toBe(false)
  })
})

describe('statusLine()', () => {
  it('puts a status into words', () => {
    expect([statusLine('success'), statusLine('error')]).toEqual(['done', 'not done'])
  })
})
