// @ts-check
// What the migration table comes to in the registry: the npm messages, and what is overdue on a day.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './workspaces.mjs'

/** @typedef {import('../codemods/dist/migrations.js').FacadeMigration} FacadeMigration */

/** For how many days a facade throws before it goes: in stage `final` a laggard still has a way back. */
const finalDays = 90
const day = 24 * 60 * 60 * 1000
const command = 'npx -p @switchyard/codemods switchyard migrate'

/**
 * The migration table as it was built last. The codemods' copy, since that one outlives the facades.
 *
 * @param {string} [folder] The root of the repository. Default: this one.
 * @returns {Promise<FacadeMigration[]>}
 */
export async function migrationTable(folder = root) {
  const { migrations } = await import(pathToFileURL(join(folder, 'codemods/dist/migrations.js')).href)
  return Object.values(migrations)
}

/**
 * What npm says of every version of a facade; nothing in stage `available`.
 *
 * @param {FacadeMigration} migration
 * @returns {string | undefined}
 */
export function npmMessage({ package: name, code, stage, since, sunset }) {
  const end = `${sunset.version} (${sunset.date})`
  const wayOut = `Use @switchyard/dispatcher; to migrate: ${command}`
  switch (stage) {
    case 'warning':
      return `${code}: ${name} is deprecated since ${since}, to be removed in ${end}. ${wayOut}`
    case 'final':
      return `${code}: ${name} throws on use unless SWITCHYARD_DEPRECATIONS=${code}:log, and is removed in ${end}. ${wayOut}`
    case 'removed':
      return `${code}: ${name} was removed in ${end} and gets no fixes. ${wayOut}`
    default:
      return undefined
  }
}

/**
 * Days from one day until the facade's sunset; negative when it is past.
 *
 * @param {Pick<FacadeMigration, 'sunset'>} migration
 * @param {Date} today
 */
export function daysLeft({ sunset }, today) {
  const end = Date.parse(`${sunset.date}T00:00:00Z`)
  if (Number.isNaN(end)) throw new Error(`a sunset date must be a day as YYYY-MM-DD; it is ${sunset.date}`)
  return Math.ceil((end - today.getTime()) / day)
}

/**
 * What should have happened to a facade before a day: a sentence for each that did not.
 *
 * @param {readonly FacadeMigration[]} migrations
 * @param {Date} today
 * @returns {string[]}
 */
export function overdue(migrations, today) {
  return migrations.flatMap((migration) => {
    const { package: name, stage, sunset } = migration
    if (stage === 'removed') return []
    const left = daysLeft(migration, today)
    if (left <= 0) {
      return [
        `${name} was to be removed by ${sunset.date} and is in stage ${stage}: remove it, or give it a later date`,
      ]
    }
    if (left <= finalDays && stage !== 'final') {
      return [
        `${name} goes in ${left} days (${sunset.date}) and is in stage ${stage}: it must be in final ${finalDays} days before`,
      ]
    }
    return []
  })
}
