import type { Planted } from './build.js'

/** A fault in event delivery that the model has to catch. */
export interface Mutant extends Planted {
  readonly fault: string
  /** The store with which it shows. Default `memory`. */
  readonly store?: 'memory' | 'sqlite'
}

/** One for each thing that a maintainer might break. */
export const mutants: readonly Mutant[] = [
  {
    fault: 'the id of a cursor is not checked',
    ...{ file: 'events/store.js', store: 'sqlite' },
    text: 'return after.id !== null && known !== null && known !== after.id ? changed(before) : undefined',
    becomes: 'return undefined',
  },
  {
    fault: 'the epoch of a cursor is not checked',
    file: 'events/store.js',
    text: 'after.epoch !== head.epoch || ',
    becomes: '',
  },
  {
    fault: 'a cursor past the end waits for what comes there',
    ...{ file: 'events/store.js', store: 'sqlite' },
    text: ' || after.seq > head.seq)',
    becomes: ')',
  },
  {
    fault: 'a cursor just before the oldest event is refused',
    file: 'events/store.js',
    text: 'after.seq < before.seq)',
    becomes: 'after.seq <= before.seq)',
  },
  {
    fault: 'a cursor one before that is taken',
    file: 'events/store.js',
    text: 'after.seq < before.seq)',
    becomes: 'after.seq < before.seq - 1)',
  },
  {
    fault: 'an event that is sent again is stored again',
    file: 'events/memory-store.js',
    text: 'log.seqOf.set(event.id, stored.seq)',
    becomes: 'void stored.seq',
  },
  {
    fault: 'one event too many is kept',
    file: 'events/memory-store.js',
    text: 'log.entries.size <= this.#retention.maxEvents',
    becomes: 'log.entries.size <= this.#retention.maxEvents + 1',
  },
  {
    fault: 'one event too many is dropped',
    ...{ file: 'stores/sqlite-logs.js', store: 'sqlite' },
    text: 'Math.max(log.before, log.seq - this.#maxEvents)',
    becomes: 'Math.max(log.before, log.seq - this.#maxEvents + 1)',
  },
  {
    fault: 'the cursor moves on whether or not there was room',
    file: 'delivery/log-cursor.js',
    text: 'const last = events[sent - 1]',
    becomes: 'const last = events.at(-1)',
  },
  {
    fault: 'the cursor stays where it was',
    file: 'delivery/log-cursor.js',
    text: 'const last = events[sent - 1]',
    becomes: 'const last = events[sent - 2]',
  },
  {
    fault: 'the window is forgotten',
    file: 'delivery/socket-connection.js',
    text: 'return this.gateway.limits.window - this.#window.inFlight',
    becomes: 'return this.gateway.limits.window',
  },
  {
    fault: 'one more than the window is in flight',
    file: 'delivery/socket-connection.js',
    text: 'return this.gateway.limits.window - this.#window.inFlight',
    becomes: 'return this.gateway.limits.window - this.#window.inFlight + 1',
  },
  {
    fault: 'an acknowledgement counts twice',
    file: 'delivery/ack-window.js',
    text: 'this.inFlight -= acknowledged',
    becomes: 'this.inFlight -= 2 * acknowledged',
  },
  {
    fault: 'a connection resumes at the head',
    file: 'delivery/log-cursor.js',
    text: '            return after;',
    becomes: '            return this.#feed.head();',
  },
  {
    fault: 'a connection from the oldest begins at the head',
    file: 'delivery/log-cursor.js',
    text: 'return oldest === undefined ? head : ',
    becomes: 'return true ? head : ',
  },
  {
    fault: 'a connection without a cursor begins with the oldest',
    file: 'delivery/log-cursor.js',
    text: '            return head;',
    becomes: '            return FROM_OLDEST;',
  },
  {
    fault: 'a snapshot is not told',
    file: 'delivery/log-cursor.js',
    text: 'this.#outlet.sendSnapshot(this.#gap, this.#position)',
    becomes: 'void this.#gap',
  },
  {
    fault: 'a snapshot is told twice',
    file: 'delivery/log-cursor.js',
    text: 'this.#gap = undefined',
    becomes: 'this.#gap = Math.random() < 0.5 ? this.#gap : undefined',
  },
  {
    fault: 'every loss is one of retention',
    file: 'delivery/log-cursor.js',
    text: ': gone;',
    becomes: ": 'retention';",
  },
  {
    fault: 'a snapshot leaves out an event that is kept',
    file: 'delivery/log-cursor.js',
    text: 'this.#position = oldest',
    becomes: 'this.#position = { ...oldest, seq: oldest.seq + 1, id: null }',
  },
  {
    fault: 'two tabs share what was read for one of them',
    file: 'delivery/user-feed.js',
    text: 'pending.limit === limit && isSame(pending.after, after)',
    becomes: 'true',
  },
  {
    fault: 'a revocation leaves the connections open',
    file: 'delivery/connection-registry.js',
    text: 'connection.end(CLOSE_CODES.unauthorized)',
    becomes: 'void connection',
  },
  {
    fault: 'the user is taken from the query',
    file: 'delivery/admission.js',
    text: 'userId: taken.userId }',
    becomes: "userId: new URL(request.url, 'http://server').searchParams.get('userId') ?? taken.userId }",
  },
  {
    fault: 'the client applies what it has applied',
    file: 'client/applied-log.js',
    text: 'return frame.seq === cursor.seq + 1 ? this.#apply(frame) : undefined',
    becomes: 'return this.#apply(frame)',
  },
  {
    fault: 'the client takes no notice of a gap',
    file: 'client/applied-log.js',
    text: '|| frame.seq > cursor.seq + 1)',
    becomes: ')',
  },
  {
    fault: 'the client applies what comes after a gap',
    file: 'client/applied-log.js',
    text: '|| frame.seq > cursor.seq + 1)\n            return false;\n        return frame.seq === cursor.seq + 1 ?',
    becomes: ')\n            return false;\n        return frame.seq > cursor.seq ?',
  },
  {
    fault: 'the client saves its cursor before the event is applied',
    file: 'client/applied-log.js',
    text: 'applied.then(() => this.#moveTo(position))',
    becomes: '(this.#moveTo(position), applied)',
  },
  {
    fault: 'the client says nothing of a snapshot',
    file: 'client/applied-log.js',
    text: 'this.#options.onSnapshot?.(frame.reason)',
    becomes: 'undefined',
  },
  {
    fault: 'the client stays where it was at a snapshot',
    file: 'client/applied-log.js',
    text: 'return told === undefined ? this.#moveTo(frame) :',
    becomes: 'return told === undefined ? undefined :',
  },
  {
    fault: 'the client forgets its cursor when it connects again',
    file: 'client/event-connection.js',
    text: 'openWebSocket(this.#Socket, url, ticket, this.#log.cursor, session)',
    becomes: 'openWebSocket(this.#Socket, url, ticket, undefined, session)',
  },
  {
    fault: 'the client applies two events at once',
    file: 'client/session.js',
    text: 'return this.#applying ?? this.#drain()',
    becomes: 'return this.#drain()',
  },
  {
    fault: 'the client goes on after it was closed',
    file: 'client/session.js',
    text: 'while (!this.#isEnded && this.#waiting.length > 0)',
    becomes: 'while (this.#waiting.length > 0)',
  },
]
