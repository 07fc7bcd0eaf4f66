// @ts-check

/**
 * Compares what was acknowledged with the log.
 *
 * @param {readonly { id: string, user: string, sender: string, isFirstTry: boolean }[]} acknowledged In the order in which each
 *   sender sent.
 * @param {ReadonlyMap<string, readonly import('./judge.mjs').Place[]>} logs By user.
 * @returns {{ missing: number, duplicate: number, misplaced: number, first: string | undefined }}
 */
export function judgeLog(acknowledged, logs) {
  /** @type {{ missing: number, duplicate: number, misplaced: number, first: string | undefined }} */
  const result = { missing: 0, duplicate: 0, misplaced: 0, first: undefined }
  /** @type {Map<string, number>} */
  const indexOf = new Map()
  for (const [user, log] of logs) {
    for (const [index, { id }] of log.entries()) {
      if (indexOf.has(`${user} ${id}`)) result.duplicate += 1
      indexOf.set(`${user} ${id}`, index)
    }
  }
  /** @type {Map<string, number>} */
  const lastOf = new Map()
  for (const { id, user, sender, isFirstTry } of acknowledged) {
    const index = indexOf.get(`${user} ${id}`)
    if (index === undefined) {
      result.missing += 1
      result.first ??= `${id} was acknowledged and is not in the log of ${user}`
      continue
    }
    // Who sends again gives up the order.
    if (!isFirstTry) continue
    const key = `${sender} ${user}`
    if (index < (lastOf.get(key) ?? -1)) {
      result.misplaced += 1
      result.first ??= `${id} stands before what ${sender} sent earlier`
    }
    lastOf.set(key, index)
  }
  return result
}
