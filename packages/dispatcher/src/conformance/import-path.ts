import { casesOf, type ConformanceCase } from './conformance-case.js'
import { echo } from './sample-tools.js'
import { expectFailure, expectSame, Recorder } from './scene.js'
import type { SubjectDispatcher } from './subject.js'

const define = casesOf('import-path')

/** However a dispatcher was come by, its implementation is of one class: no second copy, no other version. */
export const importPath: readonly ConformanceCase[] = [
  define('each-user', 'the dispatchers of two users are of one class', ['identity'], async (scene) => {
    expectSame('the class', classOf(await scene.dispatcher()), classOf(await scene.dispatcher()))
  }),
  define('events', 'a sink does not bring in another class', ['identity', 'events'], async (scene) => {
    const plain = await scene.dispatcher({ tools: [echo] })
    const announced = await scene.dispatcher({ tools: [echo], events: new Recorder() })
    expectSame('the class', classOf(announced), classOf(plain))
  }),
  define(
    'tools',
    'tools do not bring in another class, given or registered',
    ['identity', 'register'],
    async (scene) => {
      const plain = await scene.dispatcher()
      const given = await scene.dispatcher({ tools: [echo] })
      expectSame('the class', classOf(given), classOf(plain))
      await plain.register?.(echo)
      expectSame('the class', classOf(plain), classOf(given))
    },
  ),
  define('admin', "an admin's dispatcher is of the class of everybody's", ['identity', 'admin'], async (scene) => {
    const admin = await scene.dispatcher({ context: scene.context({ roles: ['admin'] }), admin: true })
    expectSame('the class', classOf(admin), classOf(await scene.dispatcher()))
  }),
  define(
    'limits',
    'limits and a policy do not bring in another class',
    ['identity', 'limits', 'permissions'],
    async (scene) => {
      const limited = await scene.dispatcher({ limits: { timeoutMs: 1_000 }, permissions: () => ({ allow: true }) })
      expectSame('the class', classOf(limited), classOf(await scene.dispatcher()))
    },
  ),
  define(
    'later',
    'a dispatcher made after another was disposed is of its class',
    ['identity', 'dispose'],
    async (scene) => {
      const first = await scene.dispatcher({ tools: [echo] })
      const before = classOf(first)
      await first.dispose?.()
      const later = await scene.dispatcher()
      expectSame('the class', classOf(later), before)
      expectFailure(await later.execute('echo'), 'tool_not_found')
    },
  ),
  define('at-once', 'dispatchers made at the same time are of one class', ['identity'], async (scene) => {
    const made = await Promise.all(Array.from({ length: 8 }, () => scene.dispatcher()))
    for (const dispatcher of made) expectSame('the class', classOf(dispatcher), classOf(made[0]))
  }),
]

function classOf(dispatcher: SubjectDispatcher | undefined): unknown {
  const implementation = dispatcher?.implementation?.()
  return implementation === undefined ? undefined : Object.getPrototypeOf(implementation)
}
