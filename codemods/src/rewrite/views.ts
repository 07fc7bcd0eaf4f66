import type ts from '#typescript'
import type { FacadeName } from '../plan.js'
import type { Key, Work } from './work.js'

/** What a person must do about a value that may be a view and may be none. */
const UNCLEAR = 'this may be a view, whose cleanup() does nothing, or a dispatcher of its own; tell the two apart'

/**
 * A view's end is not the end of what it shows: what would end the one must not come to end the other.
 *
 * @param message What to do about the place where it is a view; absent where it can be changed.
 */
export function keepViewsAlive(
  work: Work,
  { node, key, facade }: { readonly node: ts.Node; readonly key: Key; readonly facade: FacadeName },
  message: string | undefined,
): void {
  work.deferred.push(() => {
    if (!work.comesFrom(key, work.views)) return
    const said = work.comesFrom(key, work.owned) ? UNCLEAR : message
    if (said !== undefined) work.block(node, key, facade, said)
  })
}
