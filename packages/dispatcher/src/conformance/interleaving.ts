import { add, echo, tool } from './sample-tools.js'
import { expectEqual, Recorder, type Scene } from './scene.js'
import type { SubjectDispatcher, SubjectOutcome } from './subject.js'

/** One thing that a user does. */
type Step =
  | { readonly kind: 'call'; readonly tool: string; readonly parameters: unknown }
  | { readonly kind: 'register'; readonly name: string }

/** What came of a user's steps, without what two runs cannot share. */
interface Seen {
  readonly outcomes: readonly SubjectOutcome[]
  readonly events: readonly unknown[]
}

const ROUNDS = 20
const MOST_USERS = 4
const MOST_STEPS = 6

/**
 * Lets several users do random things, each user's in order and the users' in any; what each saw must be what the same
 * steps give to a user who is alone. The numbers are the same in each run, so that a failure comes again.
 *
 * @throws {AssertionError} (rejects) a user saw something else
 */
export async function playInterleaved(scene: Scene): Promise<void> {
  const random = randomNumbers(20_261)
  for (let round = 0; round < ROUNDS; round += 1) {
    const programs = Array.from({ length: 2 + random(MOST_USERS - 1) }, () =>
      Array.from({ length: 1 + random(MOST_STEPS) }, () => stepOf(random)),
    )
    const together = await playTogether(scene, programs, random)
    for (const [index, program] of programs.entries()) {
      const [alone] = await playTogether(scene, [program], random)
      expectEqual(`what user ${index + 1} of round ${round + 1} saw`, together[index], alone)
    }
  }
}

async function playTogether(
  scene: Scene,
  programs: readonly (readonly Step[])[],
  random: (below: number) => number,
): Promise<Seen[]> {
  const turns = new Turns(random)
  const tools = [
    add,
    echo,
    tool('breaks', () => Promise.reject(new Error('broken'))),
    tool('turns', async (input) => (await turns.next(), input)),
  ]
  const players = programs.map(async (program): Promise<Seen> => {
    const events = new Recorder()
    const context = scene.context()
    const dispatcher = await scene.dispatcher({ context, tools, events })
    const outcomes: SubjectOutcome[] = []
    for (const step of program) {
      await turns.next()
      outcomes.push(...(await play(dispatcher, step)))
    }
    const shown = events.ofCalls.map(({ type, userId, payload: { toolName, ...payload } }) => ({
      type,
      own: userId === context.userId,
      toolName,
      shown: 'parameters' in payload ? payload.parameters : payload.result,
    }))
    return { outcomes, events: shown }
  })
  const seen = Promise.all(players).finally(() => turns.end())
  // Whoever fails does so while turns are still given.
  seen.catch(() => {})
  while (await turns.areWanted()) await turns.give()
  return seen
}

async function play(dispatcher: SubjectDispatcher, step: Step): Promise<SubjectOutcome[]> {
  if (step.kind === 'call') return [await dispatcher.execute(step.tool, step.parameters)]
  try {
    await dispatcher.register?.(tool(step.name, () => step.name))
  } catch {
    // A name that is taken is refused by some and skipped by others: alone or not makes no difference.
  }
  return []
}

function stepOf(random: (below: number) => number): Step {
  const value = random(100)
  const own = `own_${random(3)}`
  switch (random(6)) {
    case 0:
      return { kind: 'register', name: own }
    case 1:
      return { kind: 'call', tool: own, parameters: {} }
    case 2:
      return { kind: 'call', tool: 'add', parameters: value % 2 === 0 ? { a: value, b: 1 } : { a: 'none' } }
    case 3:
      return { kind: 'call', tool: 'breaks', parameters: { value } }
    case 4:
      return { kind: 'call', tool: 'turns', parameters: { value } }
    default:
      return { kind: 'call', tool: 'echo', parameters: { value } }
  }
}

/** Who waits for a turn gets it in a random order. */
class Turns {
  readonly #random: (below: number) => number
  readonly #waiting: (() => void)[] = []
  #isOver = false
  #wake: () => void = () => {}

  constructor(random: (below: number) => number) {
    this.#random = random
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#wake()
    })
  }

  end(): void {
    this.#isOver = true
    this.#wake()
  }

  /** Whether somebody waits; `false` at the end. While a call of the subject takes its time, this does too. */
  async areWanted(): Promise<boolean> {
    while (!this.#isOver && this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return !this.#isOver
  }

  /** Lets one of those who wait go on, and everything run that follows from it. */
  async give(): Promise<void> {
    const [chosen] = this.#waiting.splice(this.#random(this.#waiting.length), 1)
    chosen?.()
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

/** Numbers that look random, the same ones for the same seed (a linear congruence). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
