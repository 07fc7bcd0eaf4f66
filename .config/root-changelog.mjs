// @ts-check

/**
 * What a release adds to the root `CHANGELOG.md`.
 *
 * @typedef {object} NewRelease
 * @property {string} day `YYYY-MM-DD`.
 * @property {readonly { name: string, text: string }[]} changelogs The packages' own, in the order in which they are shown.
 * @property {readonly (import('./deprecations.mjs').FacadeMigration & { daysLeft: number })[]} facades
 */

const unreleased = '## Unreleased'

/**
 * The root changelog with a section for every version that it does not have yet, newest first; the text itself when it
 * has all. What stood under "Unreleased" introduces the section.
 *
 * @param {string} text
 * @param {NewRelease} release
 * @returns {string}
 */
export function withRelease(text, { day, changelogs, facades }) {
  const entries = changelogs.flatMap(({ name, text: own }) => entriesOf(name, own))
  const added = entries.filter(({ title }) => !text.split('\n').includes(title))
  if (added.length === 0) return text
  const { before, introduction, after } = taken(text)
  const parts = [
    `## ${day}`,
    ...(introduction === '' ? [] : [introduction]),
    ...(facades.length === 0 ? [] : [timeLeft(facades)]),
    ...added.map(({ title, body }) => (body === '' ? title : `${title}\n\n${body}`)),
  ]
  return `${[before, ...parts, ...(after === '' ? [] : [after])].join('\n\n')}\n`
}

/** @param {NewRelease['facades']} facades */
function timeLeft(facades) {
  const rows = facades.map(({ package: name, stage, sunset, daysLeft }) => {
    const end = `${sunset.version}, ${sunset.date}`
    return `| \`${name}\` | ${stage} | ${end} | ${stage === 'removed' ? 'gone' : `${daysLeft} days`} |`
  })
  return ['| facade | stage | removed in | time left |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/**
 * The versions in a package's changelog as changesets writes it.
 *
 * @param {string} name
 * @param {string} text
 */
function entriesOf(name, text) {
  return text
    .split(/^## /mu)
    .slice(1)
    .map((section) => {
      const [version = '', ...lines] = section.split('\n')
      // One level down: the day is the section here.
      return { title: `### ${name} ${version.trim()}`, body: lines.join('\n').trim().replaceAll(/^### /gmu, '#### ') }
    })
}

/**
 * Parts the changelog at its newest release, and takes what is unreleased out.
 *
 * @param {string} text
 */
function taken(text) {
  const [before = '', ...sections] = text.trimEnd().split(/^(?=## )/mu)
  const waiting = sections.find((section) => section.startsWith(unreleased)) ?? ''
  return {
    before: before.trimEnd(),
    introduction: waiting.slice(unreleased.length).trim(),
    after: sections
      .filter((section) => section !== waiting)
      .join('')
      .trimEnd(),
  }
}
