// @ts-check

/**
 * @typedef {'kill-node' | 'shut-down-node' | 'pause-node' | 'kill-browser' | 'kill-redis' | 'pause-redis' | 'save-redis'
 *   | 'weather-front' | 'weather-redis' | 'jump-clock' | 'revoke'} Fault
 * @typedef {object} Scenario
 * @property {string} promise What is compared in the end.
 * @property {'redis' | 'sqlite'} store
 * @property {readonly string[]} redis Its settings.
 * @property {number} nodes
 * @property {number} fronts Nodes that clients connect to; the others only run agents.
 * @property {number} users
 * @property {number} maxEvents Events kept for each user.
 * @property {number} pauseMs The longest pause of an agent between two steps.
 * @property {'whole' | 'stretches'} judged
 * @property {Partial<Record<Fault, number>>} faults How often each happens, against the others.
 */

const NETWORK = { 'weather-front': 6, 'weather-redis': 3 }
const PROCESSES = {
  'kill-node': 6,
  'shut-down-node': 2,
  'pause-node': 2,
  'kill-browser': 3,
  'jump-clock': 1,
  revoke: 1,
}

/** @type {Readonly<Record<string, Scenario>>} */
export const scenarios = {
  redis: {
    promise: 'every acknowledged event, once, in order, to every client',
    ...{ store: 'redis', redis: ['--appendonly', 'yes', '--appendfsync', 'always'] },
    ...{ nodes: 3, fronts: 3, users: 4, maxEvents: 1_000_000, pauseMs: 250, judged: 'whole' },
    faults: { ...PROCESSES, ...NETWORK, 'kill-redis': 4, 'pause-redis': 1 },
  },
  sqlite: {
    promise: 'every acknowledged event, once, in order, to every client',
    ...{ store: 'sqlite', redis: [] },
    ...{ nodes: 2, fronts: 1, users: 4, maxEvents: 1_000_000, pauseMs: 150, judged: 'whole' },
    faults: { ...PROCESSES, 'jump-clock': 0, 'weather-front': 6 },
  },
  retention: {
    promise: 'what is not kept is told: between two snapshots nothing is missing',
    ...{ store: 'redis', redis: ['--appendonly', 'yes', '--appendfsync', 'always'] },
    ...{ nodes: 3, fronts: 3, users: 3, maxEvents: 60, pauseMs: 60, judged: 'stretches' },
    faults: { ...PROCESSES, ...NETWORK, 'kill-redis': 2 },
  },
  'without-aof': {
    promise: 'a history that Redis lost is told: never a silent gap',
    ...{ store: 'redis', redis: ['--appendonly', 'no'] },
    ...{ nodes: 3, fronts: 3, users: 3, maxEvents: 1_000_000, pauseMs: 250, judged: 'stretches' },
    faults: { ...PROCESSES, ...NETWORK, 'kill-redis': 4, 'save-redis': 4 },
  },
}
