export interface Question {
  text: string
  orderId: string | null
  email: string | null
  /** Words worth searching for when there is neither a number nor an address. */
  words: string
}

const NOISE = new Set(
  'a an and are at by can check customer did for from get has have her his i in is it late me my of on order our parcel please refund reply say she still tell the their them they to wants was we what when where who why with you'.split(
    ' ',
  ),
)

export function readQuestion(text: string): Question {
  const orderId = /\bBP-?(\d{5})\b/i.exec(text)
  const email = /[\w.+-]+@[\w-]+\.[\w.-]+\w/.exec(text)
  const words = text
    .replace(/[^\p{L}\p{N}@.\s-]/gu, ' ')
    .split(/\s+/)
    .filter((word) => word.length > 2 && !NOISE.has(word.toLowerCase()))
    .slice(0, 3)
    .join(' ')
  return { text, orderId: orderId ? `BP-${orderId[1]}` : null, email: email ? email[0] : null, words }
}

export function wants(question: Question, pattern: RegExp): boolean {
  return pattern.test(question.text)
}
