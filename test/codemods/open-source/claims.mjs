// @ts-check
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workspaces } from '../../../.config/workspaces.mjs'
import { injectCallers } from './callers.mjs'
import { measured, median } from '../../measured.mjs'
import { commitAll, copyPackage, differing, hashes, hashOf } from './workspace.mjs'

/**
 * @typedef {import('./packages.mjs').OpenSourcePackage} OpenSourcePackage
 * @typedef {import('./packages.mjs').TypeScriptProject} TypeScriptProject
 * @typedef {{ given: number, changed: number, unchanged: number, skipped: number, failed: number }} Files
 * @typedef {{ file: string, line: number, rule: string, kind: string, message: string }} Finding
 */

const bin = fileURLToPath(new URL('../../../codemods/dist/bin.js', import.meta.url))
const tsc = fileURLToPath(new URL('../../../node_modules/typescript-checker/lib/tsc.js', import.meta.url))
const facades = ['legacy', 'request-scoped', 'core', 'enhanced'].map((name) => `@switchyard/${name}`)
const manyFiles = 120

/**
 * A package that never heard of a facade: nothing is found, nothing is changed.
 *
 * @param {OpenSourcePackage} one
 * @param {string} installed
 * @param {string} copy
 * @returns {string} the figures
 */
export function proveUntouched({ name }, installed, copy) {
  copyPackage(installed, name, copy)
  commitAll(copy)
  const before = hashes(copy)
  const migrated = command(copy, 'migrate')
  const audited = command(copy, 'audit')
  assert.deepEqual(differing(before, hashes(copy)), [], 'files that are not the same')
  for (const { verb, status, files, findings } of [migrated, audited]) {
    assert.deepEqual(findings.map(place), [], `findings of ${verb}`)
    assert.deepEqual({ ...files, unchanged: 0 }, { ...nothing, given: files.given }, `what ${verb} counts`)
    assert.equal(status, 0, `the exit status of ${verb}`)
  }
  return `${before.size} files the same, ${migrated.files.given} of them sources; ${cost(migrated)}; ${cost(audited)}`
}

const nothing = { given: 0, changed: 0, unchanged: 0, skipped: 0, failed: 0 }

/**
 * The same package with callers of the facades: they all move, to the byte as expected, and nothing else does.
 *
 * @param {OpenSourcePackage} one
 * @param {string} installed
 * @param {string} copy
 * @param {{ project: TypeScriptProject, rounds: number }} [checked] Writes a tsconfig, asks for callers that only the checker finds, and compares with `tsc`.
 * @returns {string} the figures
 */
export function proveInjected(one, installed, copy, checked) {
  copyPackage(installed, one.name, copy)
  if (checked !== undefined) writeProject(copy, checked.project)
  dependOnFacades(copy)
  const callers = checked === undefined ? one.callers : [...one.callers, 'handed-over', 'received']
  const wish = { sources: one.sources, callers, files: manyFiles }
  const injected = injectCallers(copy, { ...wish, extension: checked?.project.extension ?? '' })
  assert.ok(injected.length >= 30, `only ${injected.length} files got a caller`)
  commitAll(copy)
  const before = hashes(copy)
  const depended = manifestOf(copy)
  const compared = checked === undefined ? undefined : compareWithTsc(copy, checked.rounds)

  const migrated = command(copy, 'migrate')
  proveMigrated(copy, injected, before, migrated)
  assert.deepEqual(manifestOf(copy), movedManifest(depended, migrated.findings), 'package.json')
  const after = hashes(copy)
  if (compared !== undefined) assert.deepEqual(typeErrors(copy), compared.errors, 'what tsc says after it')
  const again = command(copy, 'migrate', '--force')
  assert.deepEqual(differing(after, hashes(copy)), [], 'what a second run changes')
  assert.deepEqual([again.status, again.files.changed], [migrated.status, 0], 'status and changes of a second run')
  assert.deepEqual(again.findings.map(withoutLine), migrated.findings.filter(isTodo).map(withoutLine), 'what is left')
  const undone = measured(copy, [bin, 'migrate', '--undo'])
  assert.equal(undone.status, 0, `--undo: ${undone.stderr}`)
  assert.deepEqual(differing(before, hashes(copy)), [], 'what --undo did not give back')

  const left = migrated.findings.filter(isTodo).length
  const moved = injected.length - left
  return `${moved} of ${injected.length} callers moved, ${left} marked; ${cost(migrated)}${compared?.figures ?? ''}`
}

/**
 * @param {string} copy
 * @param {readonly import('./callers.mjs').Injected[]} injected
 * @param {ReadonlyMap<string, string>} before
 * @param {ReturnType<typeof command>} migrated
 */
function proveMigrated(copy, injected, before, migrated) {
  const counted = (/** @type {string} */ caller) => injected.filter((one) => one.caller === caller).length
  const expected = new Map([
    ...before,
    ...injected.map(({ path, expected: text }) => /** @type {const} */ ([path, hashOf(text)])),
  ])
  const manifest = manifestOf(copy)
  expected.set('package.json', hashOf(JSON.stringify(manifest, null, 2)))
  const wrong = differing(expected, hashes(copy))
  const first = injected.find(({ path }) => path === wrong[0])
  const shown =
    first === undefined ? '' : `\n${firstDifference(first.expected, readFileSync(join(copy, first.path), 'utf8'))}`
  assert.deepEqual(wrong, [], `files that are not as expected; caller ${first?.caller}${shown}`)
  const others = migrated.findings.filter(({ kind }) => kind !== 'bridged' && kind !== 'todo')
  assert.deepEqual(others.map(place), [], 'findings that are neither bridged nor for a person')
  const left = migrated.findings.filter(isTodo)
  assert.equal(left.length, counted('marked'), `places left: ${left.map(place).join('; ')}`)
  const bridged = migrated.findings.length - left.length
  assert.equal(bridged, counted('bridged') + counted('lazily'), 'places bridged')
  assert.equal(migrated.status, left.length > 0 ? 1 : 0, 'the exit status of migrate')
}

/**
 * @param {string} expected
 * @param {string} got
 */
function firstDifference(expected, got) {
  const [one, other] = [expected.split('\n'), got.split('\n')]
  const at = one.findIndex((line, index) => line !== other[index])
  return [`line ${at + 1}`, `- ${JSON.stringify(one[at])}`, `+ ${JSON.stringify(other[at])}`].join('\n')
}

/**
 * @param {string} copy
 * @param {string} verb
 * @param {string[]} options
 */
function command(copy, verb, ...options) {
  const run = measured(copy, [bin, verb, '--json', ...options])
  if (run.status !== 0 && run.status !== 1) throw new Error(`${verb} ended with ${run.status}: ${run.stderr}`)
  /** @type {{ files: Files, findings: Finding[] }} */
  const { files, findings } = JSON.parse(run.stdout)
  return { ...run, verb, files, findings }
}

/** @param {ReturnType<typeof command>} run */
function cost({ verb, elapsed, processor, mebibytes }) {
  return `${verb} ${elapsed.toFixed(1)} s (processor ${processor.toFixed(1)} s), ${mebibytes} MiB`
}

/** @param {Finding} finding */
function isTodo({ kind }) {
  return kind === 'todo'
}

/** @param {Finding} finding */
function place({ file, line, message }) {
  return `${file}:${line} ${message}`
}

/**
 * The markers of the first run have moved what the second one sees.
 *
 * @param {Finding} finding
 */
function withoutLine({ file, message }) {
  return `${file} ${message}`
}

/** @param {string} copy */
function manifestOf(copy) {
  return JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
}

/**
 * A manifest as it must be afterwards: without the facades, but for the one that the marked callers still use.
 *
 * @param {Record<string, Record<string, string>>} manifest
 * @param {readonly Finding[]} findings
 */
function movedManifest({ dependencies = {}, ...others }, findings) {
  const { '@switchyard/legacy': legacy = '', ...left } = dependencies
  const moved = Object.entries(left).filter(([name]) => !facades.includes(name))
  if (findings.some(isTodo)) moved.push(['@switchyard/legacy', legacy])
  const needed = ['@switchyard/dispatcher']
  if (findings.some(({ kind }) => kind === 'bridged')) needed.push('@switchyard/facade-kit')
  const ranges = workspaces().map(({ name, version }) => [name, `^${version}`])
  const added = ranges.filter(([name = '']) => needed.includes(name))
  return { ...others, dependencies: Object.fromEntries([...moved, ...added]) }
}

/** @param {string} copy */
function dependOnFacades(copy) {
  const manifest = manifestOf(copy)
  const dependencies = { ...Object.fromEntries(facades.map((name) => [name, '^1.0.0'])), ...manifest.dependencies }
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, dependencies }, null, 2))
}

/**
 * @param {string} copy
 * @param {TypeScriptProject} project
 */
function writeProject(copy, { compilerOptions, include, exclude = [] }) {
  const common = {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  }
  const written = { compilerOptions: { ...common, ...compilerOptions }, include, exclude: ['node_modules', ...exclude] }
  writeFileSync(join(copy, 'tsconfig.json'), `${JSON.stringify(written, null, 2)}\n`)
}

/**
 * What `tsc` of the same TypeScript as the codemods' has to say, without positions: they move with the lines above.
 *
 * @param {string} copy
 */
function typeErrors(copy) {
  return errorsIn(measured(copy, [tsc, '--noEmit', '--pretty', 'false', '-p', '.']).stdout)
}

/** @param {string} output */
function errorsIn(output) {
  return output
    .split('\n')
    .filter((line) => line.includes('error TS'))
    .map((line) => line.replace(/\(\d+,\d+\)/u, ''))
}

/**
 * @param {string} copy
 * @param {number} rounds
 */
function compareWithTsc(copy, rounds) {
  if (rounds === 0) return { errors: typeErrors(copy), figures: '' }
  const samples = Array.from({ length: rounds }, () => ({
    ours: measured(copy, [bin, 'migrate', '--dry-run', '--quiet']),
    theirs: measured(copy, [tsc, '--noEmit', '--pretty', 'false', '-p', '.']),
  }))
  const ours = median(samples.map((sample) => sample.ours.processor))
  const theirs = median(samples.map((sample) => sample.theirs.processor))
  const errors = errorsIn(samples[0]?.theirs.stdout ?? '')
  const peaks = [samples.map((sample) => sample.ours.mebibytes), samples.map((sample) => sample.theirs.mebibytes)]
  const [ourPeak, theirPeak] = peaks.map(median)
  const figures = `; dry run ${ours.toFixed(1)} s, tsc ${theirs.toFixed(1)} s of the processor: ${(ours / theirs).toFixed(2)}x (${ourPeak} and ${theirPeak} MiB; ${errors.length} errors before and after)`
  return { errors, figures }
}
