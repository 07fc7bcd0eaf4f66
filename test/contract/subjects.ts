import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { canonicalSubject, type ConformanceSubject, type SubjectSetup } from '@switchyard/dispatcher/conformance'
import type { FacadeDispatcher } from '@switchyard/facade-kit'
import { type EntryPoint, entryPoints } from './support/entry-points.js'

/** The five entry points as subjects: the canonical dispatcher and the four facades. */
export const subjects: readonly ConformanceSubject[] = [canonicalSubject, ...entryPoints.map(facadeSubject)]

function facadeSubject(entryPoint: EntryPoint): ConformanceSubject {
  return {
    name: `@switchyard/${entryPoint.name}`,
    capabilities: canonicalSubject.capabilities,
    async create(setup) {
      const { facade, dispose } = await facadeOf(entryPoint, setup)
      return {
        async execute(toolName, parameters, options) {
          const { status, payload, message, errorDetails } = await facade.dispatch(
            toolName,
            parameters as Record<string, unknown>,
            options,
          )
          if (status === 'success') return { success: true, result: payload?.result }
          return { success: false, code: String(errorDetails?.['code']), message }
        },
        register: (tool) => facade.registerTool(tool),
        dispose,
        implementation: () => facade.unified,
      }
    },
  }
}

/** What the old entry points never took comes from the canonical dispatcher, of which the facade is then a view. */
async function facadeOf(
  entryPoint: EntryPoint,
  { context, tools, events, admin, ...canonical }: SubjectSetup,
): Promise<{ facade: FacadeDispatcher; dispose(): Promise<void> }> {
  if (Object.keys(canonical).length === 0 && admin !== true) {
    const facade = await entryPoint.create(context, tools, events)
    return { facade, dispose: () => facade.cleanup() }
  }
  const options = { ...canonical, tools, events }
  const unified = admin
    ? UnifiedToolDispatcher.createForAdmin(context, options)
    : UnifiedToolDispatcher.createForUser(context, options)
  return { facade: entryPoint.from(unified), dispose: () => unified.dispose() }
}
