// What a scope of a request costs elsewhere.
import { RunContext } from '@openai/agents-core'
import { asValue, createContainer } from 'awilix'

const container = createContainer()
container.register({ limits: asValue({}) })

function awilixScope() {
  const scope = container.createScope()
  scope.register({ user: asValue('u-7291') })
  return scope
}

/** What to weigh beside our scopes. */
export const scopes = [
  { name: 'awilix scope with one value', make: awilixScope },
  { name: 'OpenAI Agents RunContext', make: () => new RunContext({}) },
]

export function cases() {
  return [
    {
      name: 'awilix: createScope + register + dispose',
      kind: 'peer',
      answer: undefined,
      run: () => awilixScope().dispose(),
    },
    {
      name: 'OpenAI Agents: new RunContext',
      kind: 'peer',
      sync: true,
      answer: true,
      read: (made) => made instanceof RunContext,
      run: () => new RunContext({}),
    },
  ]
}
