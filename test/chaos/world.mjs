// @ts-check
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Ledger } from './ledger.mjs'
import { launch } from './processes.mjs'
import { startProxy } from './proxy.mjs'
import { randomOf } from './random.mjs'
import { freePort, startRedis } from './redis.mjs'

/**
 * @typedef {import('./scenarios.mjs').Scenario} Scenario
 * @typedef {{ readonly index: number, readonly port: number, readonly redis: import('./proxy.mjs').Proxy | undefined,
 *   incarnation: number, name: string, isReady: boolean, process: import('./processes.mjs').Spoken | undefined }} NodeSeat
 * @typedef {{ readonly index: number, readonly tabs: readonly TabSeat[], process: import('./processes.mjs').Spoken | undefined }} BrowserSeat
 * @typedef {{ readonly name: string, readonly user: string, readonly front: number, readonly transport: 'ws' | 'http', readonly slowness: number }} TabSeat
 */

/** Short enough for a run of seconds; a client feels the same as with the defaults, sooner. */
const GATEWAY_LIMITS = {
  ...{ window: 64, slowTimeoutMs: 4_000, helloTimeoutMs: 1_500, pingIntervalMs: 1_000, storeTimeoutMs: 4_000 },
  connectionsPerUser: 60,
}

/** Everything of a run that can be killed, and the network in between. */
export class World {
  ledger = new Ledger()
  /** @type {NodeSeat[]} */
  nodes = []
  /** @type {BrowserSeat[]} */
  browsers = []
  /** @type {import('./proxy.mjs').Proxy[]} What browsers connect to: a load balancer with a favourite node each. */
  fronts = []
  /** @type {import('./redis.mjs').Redis | undefined} */
  redis
  isOver = false
  #folder = mkdtempSync(join(tmpdir(), 'switchyard-chaos-'))

  /**
   * @param {Scenario} scenario
   * @param {number} seed
   */
  constructor(scenario, seed) {
    this.scenario = scenario
    this.seed = seed
    this.users = Array.from({ length: scenario.users }, (_, index) => `user-${index + 1}`)
  }

  /** Where the supervisor itself finds the store. */
  get where() {
    return this.redis === undefined ? join(this.#folder, 'events.db') : `redis://127.0.0.1:${this.redis.port}`
  }

  async start() {
    const { scenario } = this
    if (scenario.store === 'redis') this.redis = await startRedis(scenario.redis)
    for (let index = 0; index < scenario.nodes; index += 1) {
      const redisPort = this.redis?.port
      const redis = redisPort === undefined ? undefined : await startProxy(() => [redisPort], this.#random(index, 0))
      this.nodes.push({
        ...{ index, port: await freePort(), redis, incarnation: 0, name: '', isReady: false, process: undefined },
      })
    }
    const ports = this.nodes.slice(0, scenario.fronts).map(({ port }) => port)
    for (const index of ports.keys()) {
      const upstreams = [...ports.slice(index), ...ports.slice(0, index)]
      this.fronts.push(await startProxy(() => upstreams, this.#random(index, 1)))
    }
    for (const node of this.nodes) this.startNode(node)
    while (!this.nodes.every(({ isReady }) => isReady)) await pause(20)
    this.#seatBrowsers()
    for (const browser of this.browsers) this.startBrowser(browser)
  }

  /** @param {NodeSeat} node */
  startNode(node) {
    if (this.isOver || node.process !== undefined) return
    node.incarnation += 1
    const name = `node-${node.index}.${node.incarnation}`
    const { store, maxEvents, pauseMs } = this.scenario
    const seed = this.#random(node.index, 2 + node.incarnation).below(2 ** 31)
    const where = node.redis === undefined ? this.where : `redis://127.0.0.1:${node.redis.port}`
    const settings = {
      name,
      port: node.port,
      seed,
      users: this.users,
      store,
      where,
      maxEvents,
      pauseMs,
      limits: GATEWAY_LIMITS,
    }
    const imports = this.scenario.store === 'redis' && node.index === 0 ? ['clock.mjs'] : []
    const hear = (/** @type {unknown[]} */ line) => {
      if (line[0] === 'ready') node.isReady = true
      else this.ledger.ofNode(name, line)
    }
    const child = launch('node.mjs', settings, hear, { imports })
    Object.assign(node, { name, process: child, isReady: false })
    void child.ended.then(() => {
      if (node.process === child) Object.assign(node, { process: undefined, isReady: false })
      this.#resend(this.ledger.unacknowledgedOf(name))
    })
  }

  /** @param {BrowserSeat} browser */
  startBrowser(browser) {
    if (this.isOver || browser.process !== undefined) return
    const tabs = browser.tabs.map(({ name, user, front, transport, slowness }) => {
      const cursor = this.ledger.cursors.get(name) ?? { epoch: 0, seq: 0, id: null }
      return { name, user, transport, slowness, cursor, port: this.fronts[front]?.port }
    })
    const seed = this.#random(browser.index, 3).below(2 ** 31)
    const child = launch('browser.mjs', { seed, tabs }, (line) => this.ledger.ofBrowser(line))
    browser.process = child
    void child.ended.then(() => {
      for (const { name } of tabs) this.ledger.clients.get(name)?.deeds.push({ did: 'restart' })
      if (browser.process === child) browser.process = undefined
    })
  }

  /** Ends all agents, and brings back everything else. */
  async calm() {
    for (const front of this.fronts) front.heal()
    for (const { redis } of this.nodes) redis?.heal()
    await this.redis?.start()
    this.redis?.signal('SIGCONT')
    for (const node of this.nodes) {
      node.process?.kill('SIGCONT')
      this.startNode(node)
    }
    while (!this.nodes.every(({ isReady }) => isReady)) {
      await pause(20)
      for (const node of this.nodes) this.startNode(node)
    }
    for (const browser of this.browsers) {
      this.startBrowser(browser)
      browser.process?.send({ do: 'hurry' })
    }
    for (const { process: child } of this.nodes) child?.send({ do: 'quiet' })
  }

  /** Sends once more what nobody acknowledged; the ids tell the store what it has already. */
  resendAll() {
    this.#resend(this.ledger.unacknowledgedOf())
  }

  async stop() {
    this.isOver = true
    const children = [...this.nodes, ...this.browsers].flatMap(({ process: child }) =>
      child === undefined ? [] : [child],
    )
    for (const child of children) child.kill()
    await Promise.all(children.map(({ ended }) => ended))
    for (const proxy of [...this.fronts, ...this.nodes.map(({ redis }) => redis)]) await proxy?.close()
    await this.redis?.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Each user has a tab at every front, one of them slow, one of them over SSE; and no process has two tabs of a user. */
  #seatBrowsers() {
    const tabsOfEach = 3
    /** @type {TabSeat[][]} */
    const seats = Array.from({ length: tabsOfEach }, () => [])
    for (const [number, user] of this.users.entries()) {
      for (let tab = 0; tab < tabsOfEach; tab += 1) {
        const name = `${user}-tab-${tab + 1}`
        this.ledger.clients.set(name, { name, user, deeds: [] })
        seats[tab]?.push({
          ...{ name, user, front: (number + tab) % this.fronts.length },
          transport: (number + tab) % 4 === 3 ? 'http' : 'ws',
          slowness: (number + tab) % 3 === 2 ? 30 : 0,
        })
      }
    }
    this.browsers = seats.map((tabs, index) => ({ index, tabs, process: undefined }))
  }

  /** @param {readonly import('./ledger.mjs').AgentEvent[]} events */
  #resend(events) {
    if (this.isOver || events.length === 0) return
    const node = this.nodes.find(({ isReady }) => isReady)
    if (node === undefined) return
    node.process?.send({ do: 'append', events })
  }

  /**
   * @param {number} index
   * @param {number} purpose
   */
  #random(index, purpose) {
    return randomOf(this.seed * 1_009 + index * 31 + purpose * 7_919)
  }
}
