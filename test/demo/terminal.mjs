// @ts-check
import { stripVTControlCharacters, styleText } from 'node:util'

/** Where the demo prints to: a terminal gets colours and its own width, a file or a pipe plain lines of 80 columns. */
const terminal = process.stdout.isTTY
const colours = terminal && process.env['NO_COLOR'] === undefined

/** How many columns a line may take: the terminal's own, 80 without one, at least 40 and at most 100. */
export const columns = Math.max(40, Math.min(process.stdout.columns ?? 80, 100))

/**
 * @param {'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'} style
 * @param {string} text
 */
export function styled(style, text) {
  return colours ? styleText(style, text) : text
}

/**
 * A chapter's heading.
 *
 * @param {number} number
 * @param {string} title
 */
export function heading(number, title) {
  console.log(`\n${styled('bold', wrapped(`${number}. ${title}`))}`)
}

/**
 * A sentence of the story.
 *
 * @param {string} text
 */
export function say(text) {
  console.log(wrapped(text, '   '))
}

/**
 * Something that was checked and held.
 *
 * @param {string} text
 */
export function holds(text) {
  console.log(`${styled('green', 'ok')} ${wrapped(text, '   ').trimStart()}`)
}

/**
 * A command as a person would type it.
 *
 * @param {string} command
 */
export function prompt(command) {
  console.log(`\n${styled('cyan', wrapped(`$ ${command}`, '     ').slice(2))}`)
}

/**
 * Text of a program or a file: its own lines, folded where they are too long.
 *
 * @param {string} text
 */
export function quote(text) {
  const lines = stripVTControlCharacters(text).trimEnd().split('\n')
  console.log(styled('dim', lines.map((line) => folded(line, '   | ')).join('\n')))
}

/**
 * Folds prose between words.
 *
 * @param {string} text
 * @param {string} [indent]
 */
function wrapped(text, indent = '') {
  /** @type {string[]} */
  const lines = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line.length > indent.length && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = indent
    }
    line += line.length > indent.length ? ` ${word}` : word
  }
  return [...lines, line].join('\n')
}

/**
 * Folds a line at the terminal's width and keeps its own indentation.
 *
 * @param {string} line
 * @param {string} margin
 */
function folded(line, margin) {
  const room = columns - margin.length
  const parts = [line.slice(0, room)]
  for (let start = room; start < line.length; start += room - 2) parts.push(`  ${line.slice(start, start + room - 2)}`)
  return parts.map((part) => `${margin}${part}`.trimEnd()).join('\n')
}
