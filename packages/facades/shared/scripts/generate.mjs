#!/usr/bin/env node
/**
 * Writes every text that derives from the migration table (`src/migrations.ts`): the codemods' copy of it, the
 * `@deprecated` lines of the facades, the tables in their READMEs and in the root README, and the migration guide.
 *
 *     npx tsc -b packages/facades/shared && node packages/facades/shared/scripts/generate.mjs
 *
 * With `--check` it writes nothing, names the files that are stale, and exits with 1 when there are any.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { guide } from './guide.mjs'

const root = new URL('../../../../', import.meta.url)
const { migrations } = await import(new URL('packages/facades/shared/dist/migrations.js', root).href)

const stale = []
const check = process.argv.includes('--check')

generate('codemods/src/migrations.ts', () => codemodsCopy())
generate('codemods/README.md', (text) => between(text, 'guide', guide(migrations)))
generate('README.md', (text) => between(text, 'facades', facadeTable()))
for (const [name, facade] of Object.entries(migrations)) {
  generate(`packages/facades/${name}/README.md`, (text) =>
    between(between(text, 'status', status(facade)), 'exports', exportTable(facade)),
  )
  generate(`packages/facades/${name}/src/index.ts`, (text) => withDeprecations(text, facade))
}

if (check && stale.length > 0) {
  console.error(`Stale, run node packages/facades/shared/scripts/generate.mjs:\n${stale.join('\n')}`)
  process.exitCode = 1
}

/** Brings one file up to date; a file that does not exist yet is made only when `derive` needs no text of it. */
function generate(path, derive) {
  const url = new URL(path, root)
  const before = existsSync(url) ? readFileSync(url, 'utf8') : undefined
  if (before === undefined && derive.length > 0) return
  const after = derive(before)
  if (after === before) return
  stale.push(path)
  if (check) return
  writeFileSync(url, after)
  console.log(`wrote ${fileURLToPath(url)}`)
}

function codemodsCopy() {
  const source = readFileSync(new URL('packages/facades/shared/src/migrations.ts', root), 'utf8')
  const header = [
    '// Generated from packages/facades/shared/src/migrations.ts. Do not edit: change that file, then run',
    '// node packages/facades/shared/scripts/generate.mjs',
    '// A copy, so that the codemods serve late users when the facades are gone.',
  ]
  return `${header.join('\n')}\n\n${source}`
}

function between(text, marker, content) {
  const pattern = new RegExp(`(<!-- ${marker}:start -->)[^]*?(<!-- ${marker}:end -->)`)
  return text.replace(pattern, (_, start, end) => `${start}\n\n${content}\n\n${end}`)
}

function facadeTable() {
  const rows = Object.values(migrations).map(
    ({ package: name, original, code, stage, since, sunset }) =>
      `| \`${name}\` | \`${original}\` | \`${code}\` | ${stage} | ${since} | ${sunset.version}, ${sunset.date} |`,
  )
  return [
    '| package | takes the place of | code | stage | deprecated in | removed in |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function status({ code, stage, since, sunset }) {
  return `Warning code \`${code}\`, stage ${stage}; deprecated since ${since}, removed in ${sunset.version} (${sunset.date}).`
}

function exportTable({ exports }) {
  const changes = {
    rewrite: 'rewritten by `switchyard migrate`',
    rename: 'renamed by `switchyard migrate`',
    kit: 'moved to `@switchyard/facade-kit` by `switchyard migrate`',
    manual: 'a person decides; `switchyard migrate` marks the place',
  }
  const row = (name, kind, { change, replacement }) =>
    `| \`${name}\` | ${kind} | \`${replacement}\` | ${changes[change]} |`
  const rows = Object.entries(exports).flatMap(([name, migration]) => [
    row(name, migration.kind, migration),
    ...Object.entries(migration.statics ?? {}).map(([member, its]) => row(`${name}.${member}`, 'static', its)),
  ])
  return ['| export | kind | instead | how |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** Rewrites the `@deprecated` line that precedes each exported declaration. */
function withDeprecations(text, { code, since, sunset, exports }) {
  const lines = text.split('\n')
  let tag
  for (const [index, line] of lines.entries()) {
    if (line.includes('@deprecated')) tag = index
    const name = /^export (?:abstract )?(?:async )?(?:class|function|const|type|interface) (\w+)/.exec(line)?.[1]
    if (name === undefined) continue
    const migration = exports[name]
    if (tag !== undefined && migration !== undefined) {
      // Without backticks an @ begins a tag of its own, and editors would show the text up to it.
      const replacement = migration.replacement.replaceAll(/@[\w-]+\/[\w-]+/g, '`$&`')
      const notice = `@deprecated ${code}, since ${since}, removed in ${sunset.version} (${sunset.date}): use ${replacement}`
      lines[tag] = lines[tag].replace(/@deprecated.*?(?= \*\/|$)/, () => notice)
    }
    tag = undefined
  }
  return lines.join('\n')
}
