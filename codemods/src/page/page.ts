import { basename } from 'node:path'
import { totalOf, type HistoryEntry } from '../history.js'
import { count } from '../layout.js'
import { version } from '../own-manifest.js'
import { remarksOf } from '../report.js'
import type { ReportedFinding, Run } from '../result.js'
import { byFacade, byFolder, byKind, byOwner, shareOf, type Share } from './breakdown.js'
import { groupBy } from '../group-by.js'
import { chart } from './chart.js'
import { markup, Markup, nothing } from './markup.js'
import { style } from './style.js'

/** Places that the page lists at most: past that, nobody reads a page. */
const LISTED = 1000

/** What the page is about. */
export interface PageInput {
  readonly run: Run
  /** What was looked at: paths relative to the root, with `, ` between them; `.` is the whole repository. */
  readonly scope: string
  /** What was left on each day with the same scope, by date; the last is today's. */
  readonly trend: readonly HistoryEntry[]
  readonly now: Date
}

/** An audit as one HTML page that needs nothing else: no network, no script, no file beside it. */
export function pageOf({ run, scope, trend, now }: PageInput): string {
  const { findings } = run.result
  const name = basename(run.root)
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="color-scheme" content="light dark" />
        <title>${name}: what is left before the facades go</title>
        <style>
          ${Markup.of(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>${name}: ${findings.length === 0 ? 'nothing is left' : `${count(findings.length, 'place')} left`}</h1>
          <p class="soft">
            On the way to one tool dispatcher. Looked at
            ${count(run.result.files.given, 'file')}${scope === '.' ? nothing : markup` in <code>${scope}</code>`} on
            ${day(now.toISOString())}.
          </p>
          ${tiles(findings, trend)} ${nextSteps(findings)} ${trendSection(trend)}
          ${findings.length === 0 ? nothing : breakdown(findings)} ${remarks(run)} ${everyPlace(findings)}
        </main>
        <footer>
          <p>
            Made by <code>switchyard report</code> ${version}. Run it again for today's numbers; it keeps one for each
            day.
          </p>
        </footer>
      </body>
    </html>
`.text
}

function tiles(findings: readonly ReportedFinding[], trend: readonly HistoryEntry[]): Markup {
  const { places, files, fixable } = shareOf('', findings)
  return markup`<dl class="tiles">
    ${tile(places, markup`${places === 1 ? 'place' : 'places'} left, in ${count(files, 'file')}`, places === 0)}
    ${tile(fixable, markup`done by <code>switchyard migrate</code>, without a person`, false)}
    ${tile(places - fixable, markup`for a person to decide or repair`, false)}
    ${difference(places, trend)}
  </dl>`
}

function difference(places: number, [first, ...later]: readonly HistoryEntry[]): Markup {
  if (first === undefined || later.length === 0) return nothing
  const more = places - totalOf(first)
  const word = more > 0 ? 'more than on' : more < 0 ? 'fewer than on' : 'more or fewer than on'
  return tile(Math.abs(more), markup`${word} ${day(first.date)}`, more < 0)
}

function tile(value: number, what: Markup, good: boolean): Markup {
  return markup`<div class="${good ? 'good' : 'plain'}"><dt>${what}</dt><dd>${number(value)}</dd></div>`
}

function nextSteps(findings: readonly ReportedFinding[]): Markup {
  const { places, fixable } = shareOf('', findings)
  if (places === 0) {
    return markup`<p>Keep it so: <code>switchyard audit</code> in CI fails as soon as something new comes in.</p>`
  }
  const steps = [
    ...(fixable > 0 ? [markup`Run <code>switchyard migrate</code>: it takes care of ${count(fixable, 'place')}.`] : []),
    ...(places > fixable
      ? [markup`Give the other ${number(places - fixable)} to their owners: each is listed below with what to decide.`]
      : []),
    markup`Keep what is won: <code>switchyard audit --baseline</code> in CI lets nothing new in.`,
  ]
  return markup`<h2>What to do next</h2>
    <ol>
      ${steps.map((step) => markup`<li>${step}</li>`)}
    </ol>`
}

function trendSection(trend: readonly HistoryEntry[]): Markup {
  if (trend.length < 2) {
    return markup`<h2>Trend</h2>
      <p class="soft">The trend begins with this report. Each further day on which it is made adds a point.</p>`
  }
  const rows = trend.toReversed().map(
    (entry) =>
      markup`<tr>
        <th scope="row">${day(entry.date)}</th>
        ${[totalOf(entry), entry.onFacades, entry.beside, entry.files].map(cell)}
      </tr>`,
  )
  return markup`<h2>Trend</h2>
    <figure>
      <div class="wide" role="region" aria-label="Trend chart" tabindex="0">${chart(trend)}</div>
      <figcaption>
        <span class="key facades"></span>on the facades <span class="key beside"></span>beside the one dispatcher
      </figcaption>
    </figure>
    <details>
      <summary>The numbers of the trend</summary>
      ${table('What was left on each day', ['Day', 'Places', 'On the facades', 'Beside the dispatcher', 'Files'], rows)}
    </details>`
}

function breakdown(findings: readonly ReportedFinding[]): Markup {
  const facades = byFacade(findings)
  const owners = byOwner(findings)
  const facadeRows = facades.map(
    (share) =>
      markup`<tr>
        <th scope="row"><code>${share.name}</code></th>
        <td>${share.code}</td>
        <td>${share.sunset.version}, ${day(share.sunset.date)}</td>
        ${numbers(share, findings.length)}
      </tr>`,
  )
  const kindRows = byKind(findings).map(
    (share) =>
      markup`<tr>
        <th scope="row">${share.name}</th>
        <td class="soft">${share.why}</td>
        ${numbers(share, findings.length)}
      </tr>`,
  )
  const onFacades = 'Old entry points that are still used, and the release that takes each away'
  const beside = 'What is not on the one dispatcher yet, and why it matters'
  return markup`<h2>By facade</h2>
    ${facades.length === 0 ? markup`<p>Nothing is on a facade any more.</p>` : table(onFacades, ['Facade', 'Code', 'Gone in', ...numberHeads], facadeRows)}
    <h2>By kind</h2>
    ${table(beside, ['Kind', 'Why it matters', ...numberHeads], kindRows)}
    <h2>By folder</h2>
    ${table('Where it is', ['Folder', ...numberHeads], shareRows(byFolder(findings), findings.length, true))}
    <h2>By owner</h2>
    ${owners.length === 0 ? nobody : table('Whose turn it is, by CODEOWNERS', ['Owner', ...numberHeads], shareRows(owners, findings.length, false))}`
}

const nobody = markup`<p class="soft">No file has an owner: a <code>CODEOWNERS</code> file would show here whose turn it is.</p>`
const numberHeads = ['Places', 'Files', 'By command', 'By a person'] as const

function shareRows(shares: readonly Share[], all: number, code: boolean): Markup[] {
  return shares.map(
    (share) =>
      markup`<tr><th scope="row">${code ? markup`<code>${share.name}</code>` : share.name}</th>${numbers(share, all)}</tr>`,
  )
}

/** The four cells of a share; the first with a bar. */
function numbers({ places, files, fixable }: Share, all: number): Markup {
  const percent = Math.round((100 * places) / all)
  return markup`<td class="number">${number(places)}<span class="bar" aria-hidden="true"><span style="width:${percent}%"></span></span></td>
    ${[files, fixable, places - fixable].map(cell)}`
}

function table(caption: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  const numeric = new Set<string>([...numberHeads, 'On the facades', 'Beside the dispatcher'])
  const headCells = heads.map(
    (head) => markup`<th scope="col" ${numeric.has(head) ? markup` class="number"` : nothing}>${head}</th>`,
  )
  return markup`<div class="wide" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>${caption}</caption>
      <thead>
        <tr>
          ${headCells}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function remarks(run: Run): Markup {
  const said = remarksOf(run)
  if (said.length === 0) return nothing
  return markup`<h2>What to know about these numbers</h2>
    <ul>
      ${said.map((remark) => markup`<li>${remark}</li>`)}
    </ul>`
}

function everyPlace(findings: readonly ReportedFinding[]): Markup {
  if (findings.length === 0) return nothing
  const listed = findings.slice(0, LISTED)
  const files = [...groupBy(listed, ({ file }) => file)].map(
    ([file, own]) =>
      markup`<h3><code>${file}</code>${ownerOf(own[0])}</h3>
        <ul>
          ${own.map(place)}
        </ul>`,
  )
  const more = findings.length - listed.length
  return markup`<h2>Every place</h2>
    <details>
      <summary>${count(listed.length, 'place')} by file</summary>
      ${files}
      ${more > 0 ? markup`<p>And ${number(more)} more: <code>switchyard audit</code> prints all of them.</p>` : nothing}
    </details>`
}

function ownerOf(finding: ReportedFinding | undefined): Markup {
  return finding?.owner === undefined ? nothing : markup` <span class="soft">${finding.owner}</span>`
}

function place({ line, code, message, snippet, fixable, fix }: ReportedFinding): Markup {
  const who = fixable ? nothing : markup` <strong>By a person.</strong>`
  const what = snippet === undefined || snippet === '' ? nothing : markup`<br /><code class="soft">${snippet}</code>`
  const how = fixable || fix === undefined ? nothing : markup` ${fix}`
  return markup`<li>Line ${line}${code === undefined ? nothing : `, ${code}`}: ${message}.${who}${how}${what}</li>`
}

function cell(value: number): Markup {
  return markup`<td class="number">${number(value)}</td>`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** A day in words, from an ISO date or time. */
function day(iso: string): Markup {
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso))
  return markup`<time datetime="${iso.slice(0, 10)}">${words}</time>`
}
