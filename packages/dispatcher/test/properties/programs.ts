import * as fc from 'fast-check'

/**
 * Random programs of several users at once: what each of them does, in one order, with time passing and microtasks running
 * in between. Programs are plain data, so that a failing one prints as what to read.
 */

const TOOLS = [
  'echo',
  'gated',
  'polite',
  'self-aborting',
  'retrying',
  'failing',
  'even-only',
  'even-only-late',
  'reporting',
  'outer',
  'system_config',
  'unknown',
  'own',
] as const
type ToolName = (typeof TOOLS)[number]

/** What every tool of the programs is called with; each takes what it needs. */
export interface Parameters {
  readonly n: number
  /** The gate of its user that the tool, or the policy, waits at. */
  readonly gate: number
  /** What `outer` calls, one after the other. */
  readonly inner: readonly ToolName[]
}

export interface CallOperation {
  readonly kind: 'call'
  readonly dispatcher: number
  readonly tool: ToolName
  readonly parameters: Parameters
  readonly timeoutMs: number | undefined
  readonly signal: number | undefined
  readonly runId: string | undefined
}

export type Operation =
  | CallOperation
  | { readonly kind: 'open' | 'fail'; readonly gate: number }
  | { readonly kind: 'abort'; readonly signal: number }
  | { readonly kind: 'create' | 'register' | 'unregister' | 'read'; readonly dispatcher: number }
  | { readonly kind: 'dispose'; readonly dispatcher: number; readonly drainMs: number }
  | { readonly kind: 'dispose-all' }

export type Step =
  | { readonly kind: 'user'; readonly user: number; readonly operation: Operation }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'turns'; readonly count: number }

/** How the dispatchers of one user are made. */
export interface Profile {
  readonly policy: 'none' | 'by-parameters' | 'waiting' | 'throwing'
  readonly middleware: 'none' | 'passing' | 'caching'
  readonly sink: 'taking' | 'throwing' | 'rejecting' | 'none'
  readonly admin: boolean
  readonly limits: {
    readonly timeoutMs: number
    readonly concurrentCallsPerUser: number
    readonly queuedCallsPerUser: number
    readonly callsPerMinutePerUser: number
  }
}

export interface Program {
  readonly profiles: readonly Profile[]
  readonly steps: readonly Step[]
}

const dispatcher = fc.nat({ max: 1 })
const gateNumber = fc.nat({ max: 3 })
const signal = fc.nat({ max: 2 })
// Often the same, so that users who share a cache ask it for the same.
const parameters: fc.Arbitrary<Parameters> = fc.oneof(
  fc.record({ n: fc.constantFrom(1, 2), gate: fc.constant(0), inner: fc.constant([]) }),
  fc.record({
    n: fc.nat({ max: 5 }),
    gate: gateNumber,
    inner: fc.array(fc.constantFrom(...TOOLS), { maxLength: 3 }),
  }),
)
const call: fc.Arbitrary<CallOperation> = fc.record({
  kind: fc.constant('call'),
  dispatcher,
  tool: fc.constantFrom(...TOOLS),
  parameters,
  timeoutMs: fc.constantFrom(undefined, undefined, 0, 20, 50, 99.5, 100),
  signal: fc.constantFrom(undefined, undefined, 0, 1, 2),
  runId: fc.constantFrom(...Array.from({ length: 15 }, () => undefined), 'run-1', 'run-2'),
})

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 40, arbitrary: call },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constantFrom('open' as const, 'fail' as const), gate: gateNumber }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('abort' as const), signal }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom('create' as const, 'register' as const, 'unregister' as const, 'read' as const),
      dispatcher,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('dispose' as const), dispatcher, drainMs: fc.constantFrom(0, 50) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'dispose-all' as const }) },
)

const profile: fc.Arbitrary<Profile> = fc.record({
  policy: fc.constantFrom('none', 'by-parameters', 'waiting', 'throwing'),
  middleware: fc.constantFrom('none', 'passing', 'caching'),
  sink: fc.constantFrom('taking', 'taking', 'throwing', 'rejecting', 'none'),
  admin: fc.boolean(),
  limits: fc.record({
    timeoutMs: fc.constantFrom(0, 30, 100),
    concurrentCallsPerUser: fc.constantFrom(0, 1, 2),
    queuedCallsPerUser: fc.constantFrom(0, 1, 3, 1_000),
    callsPerMinutePerUser: fc.constantFrom(0, 0, 4),
  }),
})

/** Programs of 2 to 4 users. */
export const programs: fc.Arbitrary<Program> = fc.integer({ min: 2, max: 4 }).chain((users) =>
  fc.record({
    profiles: fc.array(profile, { minLength: users, maxLength: users }),
    steps: fc.array(
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({ kind: fc.constant('user' as const), user: fc.nat({ max: users - 1 }), operation }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 60 }) }),
        },
        {
          weight: 2,
          arbitrary: fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 8 }) }),
        },
      ),
      { minLength: 10, maxLength: 80, size: 'max' },
    ),
  }),
)
