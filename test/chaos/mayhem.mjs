// @ts-check
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { randomOf } from './random.mjs'

/**
 * @typedef {import('./scenarios.mjs').Fault} Fault
 * @typedef {import('./world.mjs').World} World
 * @typedef {import('./random.mjs').Random} Random
 */

/** @type {readonly import('./proxy.mjs').Weather[]} */
const WEATHERS = ['cut', 'cut', 'stall', 'half-open', 'delay', 'split']

/** @type {Readonly<Record<Fault, (world: World, random: Random) => void | Promise<void>>>} */
const faults = {
  'kill-node': async ({ nodes }, random) => {
    const node = random.pick(nodes)
    node.process?.kill()
    await node.process?.ended
  },
  'shut-down-node': ({ nodes }, random) => random.pick(nodes).process?.send({ do: 'shutdown' }),
  'pause-node': async ({ nodes }, random) => {
    const { process: child } = random.pick(nodes)
    child?.kill('SIGSTOP')
    await pause(random.between(100, 1_500))
    child?.kill('SIGCONT')
  },
  'kill-browser': async ({ browsers }, random) => {
    const browser = random.pick(browsers)
    browser.process?.kill()
    await browser.process?.ended
  },
  'kill-redis': async ({ redis }, random) => {
    await redis?.kill()
    await pause(random.below(400))
    await redis?.start()
  },
  'pause-redis': async ({ redis }, random) => {
    redis?.signal('SIGSTOP')
    await pause(random.between(50, 1_000))
    redis?.signal('SIGCONT')
  },
  'save-redis': async ({ where }) => {
    const redis = new Redis(where, { retryStrategy: () => null, lazyConnect: true })
    redis.on('error', () => {})
    // It may be down, or be killed meanwhile.
    await redis
      .connect()
      .then(() => redis.save())
      .catch(() => {})
    redis.disconnect()
  },
  'weather-front': ({ fronts }, random) => shape(random.pick(fronts), random),
  'weather-redis': ({ nodes }, random) => shape(random.pick(nodes).redis, random),
  'jump-clock': ({ nodes }) => {
    if (nodes[0]?.isReady === true) nodes[0].process?.kill('SIGUSR2')
  },
  revoke: ({ nodes, users }, random) => random.pick(nodes).process?.send({ do: 'revoke', user: random.pick(users) }),
}

/**
 * Does harm until the time is over; the same seed chooses the same faults in the same order.
 *
 * @param {World} world
 * @param {Random} random
 * @param {number} forMs
 * @param {readonly [shortest: number, longest: number]} betweenMs
 * @returns {Promise<Partial<Record<Fault, number>>>} How often each happened.
 */
export async function doHarm(world, random, forMs, betweenMs) {
  const bag = Object.entries(world.scenario.faults).flatMap(([fault, weight]) =>
    Array.from({ length: weight }, () => /** @type {Fault} */ (fault)),
  )
  /** @type {Partial<Record<Fault, number>>} */
  const counts = {}
  /** @type {Map<Fault, Promise<void>>} */
  const underWay = new Map()
  const end = performance.now() + forMs
  while (performance.now() < end) {
    const fault = random.pick(bag)
    const own = randomOf(random.below(2 ** 31))
    const wait = random.between(...betweenMs)
    // A fault lasts; the next one does not wait for it, unless it is of the same kind.
    await underWay.get(fault)
    counts[fault] = (counts[fault] ?? 0) + 1
    underWay.set(fault, Promise.resolve(faults[fault](world, own)))
    await pause(wait)
    for (const node of world.nodes) world.startNode(node)
    for (const browser of world.browsers) world.startBrowser(browser)
  }
  await Promise.all(underWay.values())
  return counts
}

/**
 * @param {import('./proxy.mjs').Proxy | undefined} proxy
 * @param {Random} random
 */
async function shape(proxy, random) {
  if (proxy === undefined) return
  const weather = random.pick(WEATHERS)
  const links = [...proxy.links]
  if (links.length === 0) return
  const some = random.chance(0.3) ? links : [random.pick(links)]
  for (const link of some) proxy.shape(weather, link)
  await pause(random.between(50, 1_500))
  for (const link of some) {
    if (link.weather === weather) proxy.shape(weather === 'half-open' ? 'cut' : 'pass', link)
  }
}
