import type { Proof } from './proofs.js'

/** Something that the old dispatchers did and that nobody would have asked for, and what has become of it. */
export type Quirk = KeptOrFixed | NotApplicable

interface Noted {
  readonly id: `Q${number}`
  /** What the old code did, in one sentence. */
  readonly was: string
}

/** Kept, because callers were written for it, or done right, as the proofs show. */
interface KeptOrFixed extends Noted {
  readonly disposition: 'kept' | 'fixed'
  readonly proofs: readonly [Proof, ...Proof[]]
}

/** There is nothing left that could do it. */
interface NotApplicable extends Noted {
  readonly disposition: 'not applicable'
  /** One sentence. */
  readonly why: string
}

type Proofs = [Proof, ...Proof[]]

export function kept(id: Quirk['id'], was: string, ...proofs: Proofs): Quirk {
  return { id, was, disposition: 'kept', proofs }
}

export function fixed(id: Quirk['id'], was: string, ...proofs: Proofs): Quirk {
  return { id, was, disposition: 'fixed', proofs }
}

export function notApplicable(id: Quirk['id'], was: string, why: string): Quirk {
  return { id, was, disposition: 'not applicable', why }
}
