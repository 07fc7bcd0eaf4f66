// @ts-check
// What the work costs without any dispatcher.
import { FLOOR } from '../measure.mjs'
import { add, addSchema, answer, parameters } from './add.mjs'

const schema = addSchema()

/** @returns {import('../measure.mjs').Case[]} */
export function cases() {
  return [
    { name: 'await fn(args)', kind: 'floor', answer, run: () => add(parameters()) },
    { name: FLOOR, kind: 'floor', answer, run: () => add(schema.parse(parameters())) },
    {
      name: 'new AbortController().signal',
      kind: 'floor',
      sync: true,
      answer: false,
      read: (signal) => signal.aborted,
      run: () => new AbortController().signal,
    },
  ]
}
