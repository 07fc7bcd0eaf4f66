import { totalOf, type HistoryEntry } from '../history.js'
import { markup, nothing, type Markup } from './markup.js'

const WIDTH = 760
const HEIGHT = 240
const LEFT = 48
const RIGHT = 16
const TOP = 12
const BOTTOM = 32

/** Where a day and a number of places are drawn. */
interface Scale {
  readonly x: (date: string) => number
  readonly y: (places: number) => number
  readonly top: number
}

/**
 * What was left, day by day, as two stacked areas. The page says the same in words and in a table.
 *
 * @param entries At least two, by date.
 */
export function chart(entries: readonly HistoryEntry[]): Markup {
  const scale = scaleOf(entries)
  const onFacades = entries.map(({ date, onFacades: places }) => [scale.x(date), scale.y(places)] as const)
  const all = entries.map((entry) => [scale.x(entry.date), scale.y(totalOf(entry))] as const)
  const ground = entries.map(({ date }) => [scale.x(date), scale.y(0)] as const)
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="trend-title">
    <title id="trend-title">${titleOf(entries)}</title>
    ${grid(scale)}
    <path class="beside area" d="${areaOf(all, onFacades)}" />
    <path class="facades area" d="${areaOf(onFacades, ground)}" />
    <path class="beside line" d="${lineOf(all)}" />
    <path class="facades line" d="${lineOf(onFacades)}" />
    ${all.map(([x, y]) => markup`<circle class="beside" cx="${x}" cy="${y}" r="${entries.length > 60 ? 0 : 3}" />`)}
    ${onFacades.map(([x, y]) => markup`<circle class="facades" cx="${x}" cy="${y}" r="${entries.length > 60 ? 0 : 3}" />`)}
    ${dates(entries, scale)}
  </svg>`
}

function titleOf(entries: readonly HistoryEntry[]): string {
  const [first, last] = [entries[0], entries.at(-1)]
  if (first === undefined || last === undefined) return ''
  return `Places left, from ${totalOf(first)} on ${first.date} to ${totalOf(last)} on ${last.date}`
}

function scaleOf(entries: readonly HistoryEntry[]): Scale {
  const days = entries.map(({ date }) => Date.parse(date))
  const [start, end] = [Math.min(...days), Math.max(...days)]
  const top = roundUp(Math.max(...entries.map(totalOf)))
  return {
    x: (date) => tenths(LEFT + ((WIDTH - LEFT - RIGHT) * (Date.parse(date) - start)) / Math.max(1, end - start)),
    y: (places) => tenths(HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * places) / top),
    top,
  }
}

/** The next round number that is even: the axis has a mark in its middle. */
function roundUp(number: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(1, number)))
  const marks = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map((factor) => Math.round(factor * step))
  return marks.find((mark) => mark >= number && mark % 2 === 0) ?? 10 * step
}

function tenths(number: number): number {
  return Math.round(number * 10) / 10
}

function grid({ y, top }: Scale): Markup[] {
  return [0, top / 2, top].map(
    (places) =>
      markup`<path class="grid" d="M${LEFT} ${y(places)}H${WIDTH - RIGHT}" />
        <text x="${LEFT - 8}" y="${y(places) + 4}" text-anchor="end">${places.toLocaleString('en-US')}</text>`,
  )
}

/** As many days as have room, the first and the last among them. */
function dates(entries: readonly HistoryEntry[], { x }: Scale): Markup[] {
  const width = 110
  let free = Number.NEGATIVE_INFINITY
  const [first, last] = [entries[0], entries.at(-1)]
  return entries.map((entry) => {
    const at = x(entry.date)
    const isEnd = entry === first || entry === last
    if (!isEnd && (at < free || at > WIDTH - RIGHT - width * 1.5)) return nothing
    free = at + width * (entry === first ? 1.5 : 1)
    const anchor = entry === first ? 'start' : entry === last ? 'end' : 'middle'
    return markup`<text x="${at}" y="${HEIGHT - 8}" text-anchor="${anchor}">${entry.date}</text>`
  })
}

type Point = readonly [x: number, y: number]

function lineOf(points: readonly Point[]): string {
  return `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`
}

function areaOf(upper: readonly Point[], lower: readonly Point[]): string {
  return `${lineOf([...upper, ...lower.toReversed()])}Z`
}
