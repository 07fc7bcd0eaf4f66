import { count, wrap, type Layout } from './layout.js'
import type { BaselineResult, Change, RunResult } from './result.js'

/**
 * The line that sums up a run: what became of its files, and how much is left.
 *
 * @param mode Whether files were written.
 * @returns the line, broken where the layout's columns end
 */
export function closing(result: RunResult, mode: 'write' | 'dry-run' | 'check', layout: Layout): string[] {
  const open = result.findings.filter(({ kind }) => kind !== 'bridged').length
  const bridged = result.findings.length - open
  const isDone = result.command === 'audit' || mode === 'write'
  const left = result.baseline === undefined ? leftOf(open) : `${leftOf(open)} ${beyond(result.baseline)}`
  const verdict = result.command === 'undo' ? 'as before the last run' : isDone ? left : `${left} after that`
  const bridges = bridged > 0 ? `, ${bridged} bridged` : ''
  const colour = open === 0 ? layout.green : layout.yellow
  const lines = wrap(`${filesOf(result, mode === 'write').join(', ')}; ${verdict}${bridges}.`, layout.columns)
  return lines.map((line) => layout.bold(colour(line)))
}

/** Files that stay on their facades whole, and get markers: they count as skipped, not as changed. */
export function markedAlone({ changes, findings }: RunResult): readonly Change[] {
  const untouched = new Set(findings.filter(({ kind }) => kind === 'skipped').map(({ file }) => file))
  return changes.filter(({ file }) => untouched.has(file))
}

function filesOf(result: RunResult, isWritten: boolean): string[] {
  const { given, changed, unchanged, skipped, failed } = result.files
  const change = isWritten ? 'changed' : 'to change'
  const what = { audit: 'looked at', migrate: change, adopt: change, undo: 'put back' }[result.command]
  const marked = markedAlone(result).length
  const unaccounted = given - changed - unchanged - skipped - failed
  return [
    `${count(result.command === 'audit' ? given : changed, 'file')} ${what}`,
    ...(result.command === 'audit' ? [] : [`${unchanged} unchanged`]),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(marked > 0 ? [`${marked} of them ${isWritten ? 'marked' : 'to mark'}`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unaccounted === 0 ? [] : [`${Math.abs(unaccounted)} unaccounted for`]),
  ]
}

function leftOf(open: number): string {
  return open === 0 ? 'nothing left' : `${count(open, 'place')} left`
}

function beyond({ file, allowed, vanished: gone }: BaselineResult): string {
  const number = gone.reduce((sum, entry) => sum + entry.count, 0)
  return `beyond the ${allowed} allowed in ${file}${number > 0 ? `, of whose places ${number} are gone` : ''}`
}
