// @ts-check
// The facades' `dispatch` beside the canonical call, on one and the same dispatcher.
import { ToolDispatcher as CoreDispatcher } from '@switchyard/core'
import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { EnhancedToolDispatcher } from '@switchyard/enhanced'
import { ToolDispatcher as LegacyDispatcher } from '@switchyard/legacy'
import { RequestScopedToolDispatcher } from '@switchyard/request-scoped'
import { answer, parameters } from './add.mjs'
import { fullOptions, user } from './setup.mjs'

/** The canonical call that a facade's ratio is to. */
const CANONICAL = 'executeTool, as the facades call it'

const facades = {
  legacy: LegacyDispatcher,
  'request-scoped': RequestScopedToolDispatcher,
  core: CoreDispatcher,
  enhanced: EnhancedToolDispatcher,
}

/** @returns {import('../measure.mjs').Case[]} */
export function cases() {
  const unified = UnifiedToolDispatcher.createForUser(user(), fullOptions())
  return [
    {
      name: CANONICAL,
      kind: 'ours',
      answer,
      read: ({ result }) => result,
      run: () => unified.executeTool('add', parameters()),
      close: () => unified.dispose(),
    },
    ...Object.entries(facades).map(([name, facade]) => dispatchOf(name, facade.from(unified))),
  ]
}

/**
 * @param {string} name
 * @param {{ dispatch(toolName: string, parameters: Record<string, unknown>): Promise<unknown> }} facade
 * @returns {import('../measure.mjs').Case}
 */
function dispatchOf(name, facade) {
  return {
    name: `@switchyard/${name}: dispatch`,
    kind: 'ours',
    against: CANONICAL,
    answer,
    read: ({ payload }) => payload?.result,
    run: () => facade.dispatch('add', parameters()),
  }
}
