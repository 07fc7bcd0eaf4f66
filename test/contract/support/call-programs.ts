import * as fc from 'fast-check'

/** Random programs of what old code does with a dispatcher. They are plain data, so that a failing one prints as what to read. */

type Parameters = Readonly<Record<string, unknown>> | null | undefined

/** How a call is cut short, if it is. */
export interface CallLimits {
  readonly timeoutMs?: number
  readonly aborted?: true
}

export type Call =
  | { readonly kind: 'dispatch'; readonly tool: string; readonly parameters: Parameters; readonly limits: CallLimits }
  | {
      readonly kind: 'dispatchTool'
      readonly tool: string
      readonly parameters: Parameters
      readonly limits: CallLimits
      readonly run: 'own' | 'foreign' | null | undefined
    }
  | {
      readonly kind: 'executeTool'
      readonly tool: string
      readonly parameters: Parameters
      readonly limits: CallLimits
      readonly requirePermissionCheck: boolean | undefined
    }

export type Step =
  | Call
  | { readonly kind: 'together'; readonly calls: readonly Call[] }
  | { readonly kind: 'registerTool'; readonly name: string; readonly requiredRoles: readonly string[] | undefined }
  | { readonly kind: 'registerFunction'; readonly name: string; readonly description: string | null | undefined }
  | { readonly kind: 'look'; readonly name: string }
  | { readonly kind: 'getMetrics' }

export interface Program {
  readonly roles: readonly string[]
  /** The names of the tools that it is created with; the same one may come twice. */
  readonly tools: readonly string[]
  readonly hasTransport: boolean
  readonly steps: readonly Step[]
  /** What is tried once the dispatcher is gone. */
  readonly afterwards: readonly Step[]
}

/** The tools of `toolsOf`, and the names under which others are registered. */
const GIVEN = [
  'echo',
  'add',
  'counts',
  'breaks',
  'rejects',
  'nothing',
  'hangs',
  'clerks',
  'system_config',
  'strange',
  'outer',
  'reports',
] as const
const OWN = ['own', 'other', 'echo', ''] as const
const tool = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<string>(...GIVEN) },
  { weight: 2, arbitrary: fc.constantFrom<string>(...OWN) },
  { weight: 1, arbitrary: fc.constantFrom('unknown', 'constructor', '__proto__') },
)
const parameters: fc.Arbitrary<Parameters> = fc.oneof(
  fc.constantFrom(undefined, null),
  fc.record({ a: fc.integer(), b: fc.oneof(fc.integer(), fc.constant('two')) }),
  fc.record({
    password: fc.constant('pw-4711'),
    rows: fc.array(fc.constantFrom(1, null, 'x', true), { maxLength: 3 }),
  }),
)
const limits = fc.oneof(
  { weight: 5, arbitrary: fc.constant<CallLimits>({}) },
  { weight: 1, arbitrary: fc.constantFrom<CallLimits>({ timeoutMs: 1_000 }, { aborted: true }) },
)
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ kind: fc.constant('dispatch'), tool, parameters, limits }),
  fc.record({
    kind: fc.constant('dispatchTool'),
    tool,
    parameters,
    limits,
    run: fc.constantFrom('own', 'foreign', null, undefined),
  }),
  fc.record({
    kind: fc.constant('executeTool'),
    tool,
    parameters,
    limits,
    requirePermissionCheck: fc.constantFrom(true, false, undefined),
  }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: call },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('together'), calls: fc.array(call, { minLength: 2, maxLength: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('registerTool'),
      name: fc.constantFrom(...OWN),
      requiredRoles: fc.constantFrom(undefined, ['clerk']),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('registerFunction'),
      name: fc.constantFrom(...OWN),
      description: fc.constantFrom(undefined, null, 'Does it'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('look'), name: tool }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('getMetrics') }) },
)

export const programs: fc.Arbitrary<Program> = fc.record({
  roles: fc.constantFrom([], ['clerk'], ['admin']),
  tools: fc.array(fc.constantFrom(...GIVEN), { minLength: 2, maxLength: 12 }),
  hasTransport: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  steps: fc.array(step, { maxLength: 12 }),
  afterwards: fc.array(step, { maxLength: 3 }),
})
