import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AckWindow } from '../../src/delivery/ack-window.js'

/** What it should be like: a list of what was sent, in order. */
class Model {
  epoch = 0
  seq = 0
  frames: { readonly epoch: number; readonly seq: number; readonly isEvent: boolean }[] = []

  get inFlight(): number {
    return this.frames.filter(({ isEvent }) => isEvent).length
  }

  /** A frame that names a position; of several in a row the last one counts. */
  moveTo(epoch: number, seq: number): void {
    if (this.frames.at(-1)?.isEvent === false) this.frames.pop()
    this.frames.push({ epoch, seq, isEvent: false })
    this.epoch = epoch
    this.seq = seq
  }

  sent(): void {
    this.seq += 1
    this.frames.push({ epoch: this.epoch, seq: this.seq, isEvent: true })
  }

  /** How many an ack covers: those up to the last one of its epoch that it reaches, and all before. */
  ack(seq: number, epoch: number): number | 'ahead' {
    if (epoch === this.epoch && seq > this.seq) return 'ahead'
    const before = this.inFlight
    const index = this.frames.findLastIndex((each) => each.epoch === epoch && each.seq <= seq)
    this.frames = this.frames.slice(index + 1)
    return before - this.inFlight
  }
}

type Step =
  | { readonly do: 'send'; readonly count: number }
  | { readonly do: 'ack'; readonly back: number; readonly epochsBack: number }
  | { readonly do: 'snapshot'; readonly skip: number }
  | { readonly do: 'epoch'; readonly seq: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    do: fc.constant('ack' as const),
    back: fc.integer({ min: -2, max: 12 }),
    epochsBack: fc.integer({ min: -1, max: 2 }),
  }),
  fc.record({ do: fc.constant('snapshot' as const), skip: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ do: fc.constant('epoch' as const), seq: fc.integer({ min: 0, max: 3 }) }),
)

describe('AckWindow', () => {
  it('counts what is in flight through snapshots and epochs, and knows an ack that is ahead', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const window = new AckWindow()
        const model = new Model()
        const answers: (number | 'ahead')[][] = []
        const moveTo = (epoch: number, seq: number) => {
          window.moveTo({ epoch, seq })
          model.moveTo(epoch, seq)
        }
        moveTo(1, 0)
        for (const each of steps) {
          if (each.do === 'snapshot') moveTo(model.epoch, model.seq + each.skip)
          else if (each.do === 'epoch') moveTo(model.epoch + 1, each.seq)
          else if (each.do === 'ack') {
            const [seq, epoch] = [Math.max(0, model.seq - each.back), Math.max(0, model.epoch - each.epochsBack)]
            answers.push([window.ack(seq, epoch), model.ack(seq, epoch)])
          } else {
            for (let count = 0; count < each.count; count += 1) {
              model.sent()
              window.sent({ epoch: model.epoch, seq: model.seq })
            }
          }
          expect(window.inFlight).toBe(model.inFlight)
        }
        for (const [answer, right] of answers) expect(answer).toBe(right)
      }),
      { numRuns: 1_000 },
    )
  })

  it('follows a log whose epoch changes without a word', () => {
    const window = new AckWindow()
    window.moveTo({ epoch: 1, seq: 5 })
    window.sent({ epoch: 1, seq: 6 })
    window.sent({ epoch: 2, seq: 1 })
    window.sent({ epoch: 2, seq: 2 })
    expect(window.inFlight).toBe(3)
    expect(window.ack(1, 2)).toBe(2)
    expect(window.inFlight).toBe(1)
  })

  it('takes an ack without an epoch for one of the last, unless it can only be of an earlier one', () => {
    const window = new AckWindow()
    window.moveTo({ epoch: 1, seq: 40 })
    window.sent({ epoch: 1, seq: 41 })
    window.moveTo({ epoch: 2, seq: 0 })
    window.sent({ epoch: 2, seq: 1 })
    expect(window.ack(41)).toBe(0)
    expect(window.ack(1)).toBe(2)
    expect(window.ack(2)).toBe('ahead')
  })

  it('has nothing to acknowledge before anything is sent', () => {
    expect(new AckWindow().ack(0)).toBe('ahead')
  })
})
