import type { Capability, ConformanceSubject } from './subject.js'
import { Scene } from './scene.js'

/** What a failed case violates. */
export type ViolationClass =
  | 'multiple-implementation'
  | 'import-path'
  | 'factory-conflict'
  | 'event-routing'
  | 'user-isolation'

/** One thing that every dispatcher must do. */
export interface ConformanceCase {
  /** Stable: the violation class, a slash, and a name. */
  readonly id: string
  readonly violation: ViolationClass
  /** A sentence about behaviour. */
  readonly title: string
  /** What the subject must be able to do for the case to make sense. */
  readonly needs: readonly Capability[]
  /** @throws {AssertionError} (rejects) saying what was expected and what was seen */
  run(subject: ConformanceSubject): Promise<void>
}

/** A maker of the cases of one class; what a case has created is disposed when it ends. */
export function casesOf(violation: ViolationClass) {
  return (
    name: string,
    title: string,
    needs: readonly Capability[],
    play: (scene: Scene) => Promise<void>,
  ): ConformanceCase => ({
    id: `${violation}/${name}`,
    violation,
    title,
    needs,
    async run(subject) {
      const scene = new Scene(subject)
      try {
        await play(scene)
      } finally {
        await scene.end()
      }
    },
  })
}
