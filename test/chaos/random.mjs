// @ts-check

/**
 * Random choices that a seed repeats.
 *
 * @typedef {{ next(): number, below(limit: number): number, between(low: number, high: number): number,
 *   pick<T>(list: readonly T[]): T, chance(probability: number): boolean }} Random
 */

/**
 * @param {number} seed A whole number.
 * @returns {Random}
 */
export function randomOf(seed) {
  let state = seed >>> 0
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (/** @type {number} */ limit) => Math.floor(next() * limit)
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    pick: (list) => {
      const picked = list[below(list.length)]
      if (picked === undefined) throw new RangeError('there is nothing to pick from an empty list')
      return picked
    },
    chance: (probability) => next() < probability,
  }
}
