import type { Proof } from './proofs.js'

/** Something that the tests of the old code asserted, and what holds it here, or why nothing does. */
export type Behaviour = Proved | Settled | Replaced | Left

interface Asserted {
  /** From 1 to 151. */
  readonly number: number
  /** What was asserted, in one sentence. */
  readonly asserts: string
}

/** It is so, as the proofs show. */
interface Proved extends Asserted {
  readonly outcome: 'proved'
  readonly proofs: Proofs
}

/** Old tests asserted its opposite as well; the proofs hold the side that was taken. */
interface Settled extends Asserted {
  readonly outcome: 'settled'
  /** Which of the 21 contradictions between the old tests. */
  readonly contradiction: number
  readonly why: string
  readonly proofs: Proofs
}

/** Something stricter, or of more use, is so instead; the proofs hold that. */
interface Replaced extends Asserted {
  readonly outcome: 'replaced'
  readonly why: string
  readonly proofs: Proofs
}

/**
 * Nothing holds it: only Python or a mock could do it; it is not the work of a dispatcher; or it is a time, which depends
 * on the machine, so that `npm run bench` measures it beside its peers and no test asserts it.
 */
interface Left extends Asserted {
  readonly outcome: 'Python only' | 'mock only' | 'not a dispatcher' | 'measured'
  readonly why: string
}

type Proofs = [Proof, ...Proof[]]

export function proved(number: number, asserts: string, ...proofs: Proofs): Behaviour {
  return { number, asserts, outcome: 'proved', proofs }
}

export function settled(
  number: number,
  asserts: string,
  contradiction: number,
  why: string,
  ...proofs: Proofs
): Behaviour {
  return { number, asserts, outcome: 'settled', contradiction, why, proofs }
}

export function replaced(number: number, asserts: string, why: string, ...proofs: Proofs): Behaviour {
  return { number, asserts, outcome: 'replaced', why, proofs }
}

export function left(number: number, asserts: string, outcome: Left['outcome'], why: string): Behaviour {
  return { number, asserts, outcome, why }
}
