import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The built package: a process of its own loads what is published, not the sources. */
export const DIST = fileURLToPath(new URL('../../dist/', import.meta.url))

/** Runs an ES module script in a Node process of its own; rejects when the process fails. */
export async function runModule(
  script: string,
  flags: readonly string[] = [],
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [...flags, '--input-type=module', '--eval', script], { timeout: 60_000 })
}
