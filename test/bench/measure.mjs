// @ts-check
/**
 * One thing that is timed.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {'floor' | 'ours' | 'peer'} kind
 * @property {() => unknown} run One operation, or `operations` of them; awaited unless `sync`.
 * @property {unknown} answer What `run` must give, before anything is timed.
 * @property {(returned: any) => unknown} [read] Finds the answer in what `run` gave; default: it is the answer.
 * @property {boolean} [sync] Whether `run` is over when it returns.
 * @property {number} [operations] How many operations one `run` does; default 1.
 * @property {string} [against] The case that the ratio is to; default {@link FLOOR}.
 * @property {() => unknown} [close] Called when all is measured.
 */

/**
 * What one case came to. The ratios are taken round by round, so that a machine that slows down slows both sides.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {Case['kind']} kind
 * @property {number} ns Nanoseconds an operation: the median of the rounds.
 * @property {[number, number]} nsQuartiles
 * @property {string} against
 * @property {number} ratio The median of the rounds' ratios.
 * @property {[number, number]} ratioQuartiles
 */

/**
 * @typedef {object} Effort
 * @property {number} rounds
 * @property {number} batchMs How long each case runs in a round, about.
 * @property {number} warmUpMs How long each case runs before anything counts.
 */

/** The floor that every ratio is to, unless a case says otherwise. */
export const FLOOR = 'await + zod'

/**
 * Times cases against each other: many short rounds in one process, each case once a round, in an order that rotates and
 * turns round, so that none always pays for what the one before it left behind.
 *
 * @param {readonly Case[]} cases
 * @param {Effort} effort
 * @returns {Promise<Row[]>}
 */
export async function interleave(cases, { rounds, batchMs, warmUpMs }) {
  for (const each of cases) await verify(each)
  const batches = []
  for (const each of cases) batches.push(await calibrate(each, batchMs, warmUpMs))
  const samples = cases.map(() => new Float64Array(rounds))
  for (let round = 0; round < rounds; round += 1) {
    for (let place = 0; place < cases.length; place += 1) {
      const turned = round % 2 === 0 ? place : cases.length - 1 - place
      const index = (turned + round) % cases.length
      const each = at(cases, index)
      const count = at(batches, index)
      at(samples, index)[round] = ((await batch(each, count)) * 1e6) / (count * (each.operations ?? 1))
    }
  }
  return cases.map((each, index) => row(each, at(samples, index), samplesOf(cases, samples, each.against ?? FLOOR)))
}

/** @param {Case} each */
async function verify({ name, run, read = (returned) => returned, answer }) {
  const found = read(await run())
  if (Object.is(found, answer)) return
  throw new Error(`${name} gave ${JSON.stringify(found)}, not ${JSON.stringify(answer)}: nothing was timed.`)
}

/**
 * Warms a case up and finds out how many operations make a batch.
 *
 * @param {Case} each
 * @param {number} batchMs
 * @param {number} warmUpMs
 */
async function calibrate(each, batchMs, warmUpMs) {
  let count = 1
  let spent = 0
  for (;;) {
    const took = await batch(each, count)
    spent += took
    if (spent >= warmUpMs && took >= batchMs / 2) return Math.max(1, Math.round((count * batchMs) / took))
    if (took < batchMs) count *= 2
  }
}

/**
 * Milliseconds that so many runs took.
 *
 * @param {Case} each
 * @param {number} count
 */
async function batch({ run, sync }, count) {
  const started = performance.now()
  if (sync === true) for (let done = 0; done < count; done += 1) run()
  else for (let done = 0; done < count; done += 1) await run()
  return performance.now() - started
}

/**
 * @param {Case} each
 * @param {Float64Array} own
 * @param {Float64Array} floor
 * @returns {Row}
 */
function row({ name, kind, against = FLOOR }, own, floor) {
  const ratios = own.map((ns, round) => ns / (floor[round] ?? Number.NaN))
  return {
    name,
    kind,
    ns: quantile(own, 0.5),
    nsQuartiles: [quantile(own, 0.25), quantile(own, 0.75)],
    against,
    ratio: quantile(ratios, 0.5),
    ratioQuartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  }
}

/**
 * @param {readonly Case[]} cases
 * @param {readonly Float64Array[]} samples
 * @param {string} name
 */
function samplesOf(cases, samples, name) {
  const index = cases.findIndex((each) => each.name === name)
  if (index === -1) throw new Error(`No case is called ${JSON.stringify(name)}, so there is nothing to compare with.`)
  return at(samples, index)
}

/**
 * @param {Float64Array} values
 * @param {number} share
 */
function quantile(values, share) {
  return at(values.toSorted(), Math.floor((values.length - 1) * share))
}

/**
 * @template T
 * @param {ArrayLike<T>} list
 * @param {number} index
 * @returns {T}
 */
function at(list, index) {
  const found = list[index]
  if (found === undefined) throw new RangeError(`There is no place ${index} in a list of ${list.length}.`)
  return found
}
