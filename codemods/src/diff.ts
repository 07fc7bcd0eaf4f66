import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import type { StagedFile } from './stage.js'

/**
 * A unified diff of one file, as `git apply` takes it.
 *
 * @param file Relative to the root, with forward slashes.
 */
export function diffOf(file: string, { before, after }: StagedFile): string {
  const [old, now] = [before.toString('utf8'), after.toString('utf8')]
  return createTwoFilesPatch(`a/${file}`, `b/${file}`, old, now, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  })
}
