import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { EventStoreError, quote } from '../errors.js'

/** Which Redis to use: `client` or `url`, not both. Default: `redis://127.0.0.1:6379`. */
export interface RedisAddress {
  /** Such as `redis://user:password@host:6379/0`, or `rediss://` with TLS. */
  readonly url?: string | undefined
  /** A connection of yours: it is never closed here, and its own settings for time-outs and retries hold. */
  readonly client?: Redis | undefined
}

/** A script with the name under which Redis remembers it. */
interface Script {
  readonly lua: string
  readonly sha: string
}

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

/** A command is given up after this time, whether Redis is away or silent. */
const COMMAND_TIMEOUT_MS = 10_000
const MAX_RETRY_DELAY_MS = 1_000

/** The connection of a store to Redis: made on first use, or the one that was passed in. */
export class RedisClient {
  readonly redis: Redis
  /** Where it is, without user or password. */
  readonly where: string
  readonly #owned: boolean
  #lastError: string | undefined
  readonly #stopListening: (() => void)[] = []
  #durabilityChecked = false

  /** @throws {TypeError} both or neither kind of address, or not what it should be */
  constructor({ url, client }: RedisAddress) {
    if (url !== undefined && client !== undefined) throw new TypeError('Give url or client, not both.')
    if (url !== undefined && (typeof url !== 'string' || url === '')) {
      throw new TypeError(`url must be a string such as "redis://127.0.0.1:6379"; received ${quote(url)}.`)
    }
    if (client !== undefined && typeof client.evalsha !== 'function') {
      throw new TypeError(`client must be an ioredis client; received ${quote(client)}.`)
    }
    this.#owned = client === undefined
    this.redis = client ?? connection(url)
    this.where = addressOf(this.redis)
    if (!this.#owned) return
    this.redis.on('error', (cause: Error) => (this.#lastError = cause.message))
    this.redis.on('ready', () => (this.#lastError = undefined))
  }

  /**
   * Runs a script as one atomic step.
   *
   * @throws {EventStoreError} what `doing` could not be done, where, and why
   */
  async run(
    { lua, sha }: Script,
    doing: string,
    keys: readonly string[],
    values: readonly string[],
  ): Promise<unknown[]> {
    this.#checkDurability()
    try {
      return arrayOf(await this.#evaluate(lua, sha, keys, values))
    } catch (cause) {
      // No `cause`: the client's errors carry the command with its values, so passwords and events of users.
      throw new EventStoreError(`Redis at ${this.where} could not ${doing}: ${this.#reason(cause)}.`)
    }
  }

  /** A second connection, for messages: with the same settings, but for what would keep it from waiting for ever. */
  duplicate(): Redis {
    const another = this.redis.duplicate({
      autoResubscribe: false,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: retryDelay,
    })
    another.on('error', () => undefined)
    return another
  }

  /** Calls back when the connection is lost, and Redis with it for all that is known. */
  onLost(listener: () => void): void {
    this.redis.on('close', listener)
    this.#stopListening.push(() => this.redis.off('close', listener))
  }

  async close(): Promise<void> {
    for (const stop of this.#stopListening.splice(0)) stop()
    if (!this.#owned) return
    if (this.redis.status === 'ready') await this.redis.quit().catch(() => undefined)
    this.redis.disconnect()
  }

  async #evaluate(lua: string, sha: string, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    try {
      return await this.redis.evalsha(sha, keys.length, ...keys, ...values)
    } catch (cause) {
      if (!(cause instanceof Error && cause.message.startsWith('NOSCRIPT'))) throw cause
      return await this.redis.eval(lua, keys.length, ...keys, ...values)
    }
  }

  #reason(cause: unknown): string {
    const said = cause instanceof Error ? cause.message : String(cause)
    const ofConnection = /timed out|max retries|Connection is closed/iu.test(said)
    return (ofConnection && this.#lastError !== undefined ? `${this.#lastError} (${said})` : said).replace(/\.$/u, '')
  }

  /** Once: a Redis that writes nothing to disk loses what was acknowledged, and nobody would notice before it did. */
  #checkDurability(): void {
    if (this.#durabilityChecked) return
    this.#durabilityChecked = true
    this.redis.info('persistence').then(
      (info) => {
        if (!/^aof_enabled:0/mu.test(info)) return
        process.emitWarning(
          `Redis at ${this.where} runs without AOF: a restart loses events that were acknowledged. ` +
            'Set `appendonly yes`, and `appendfsync always` where a power cut may lose none either.',
          { code: 'SWITCHYARD_REDIS_WITHOUT_AOF' },
        )
      },
      () => {
        this.#durabilityChecked = false
      },
    )
  }
}

function connection(url: string | undefined): Redis {
  const options = { lazyConnect: true, commandTimeout: COMMAND_TIMEOUT_MS, retryStrategy: retryDelay }
  return url === undefined ? new Redis(options) : new Redis(url, options)
}

function retryDelay(attempt: number): number {
  return Math.min(attempt * 50, MAX_RETRY_DELAY_MS)
}

function addressOf({ options }: Redis): string {
  const { path, host = '127.0.0.1', port = 6379, db = 0, tls } = options
  if (path !== undefined && path !== null) return path
  return `${tls === undefined ? 'redis' : 'rediss'}://${host}:${port}${db === 0 ? '' : `/${db}`}`
}

function arrayOf(reply: unknown): unknown[] {
  if (Array.isArray(reply)) return reply
  throw new TypeError(`it answered ${quote(reply)}`)
}
