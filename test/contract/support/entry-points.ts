import { ToolDispatcher as CoreDispatcher } from '@switchyard/core'
import type { UnifiedToolDispatcher, UserExecutionContext } from '@switchyard/dispatcher'
import { EnhancedToolDispatcher } from '@switchyard/enhanced'
import type { FacadeDispatcher, FacadeName, OptionalTools, OptionalTransport } from '@switchyard/facade-kit'
import { ToolDispatcher as LegacyDispatcher } from '@switchyard/legacy'
import { RequestScopedToolDispatcher } from '@switchyard/request-scoped'

/** A facade as the contract sees it: how an instance is made, whatever its own parameter order is. */
export interface EntryPoint {
  readonly name: FacadeName
  readonly code: string
  /** What an instance says of itself once it is gone. */
  readonly ended: string
  /** An instance with a dispatcher of its own. */
  create(context: UserExecutionContext, tools?: OptionalTools, transport?: OptionalTransport): Promise<FacadeDispatcher>
  /** A view of a dispatcher that somebody else owns. */
  from(unified: UnifiedToolDispatcher): FacadeDispatcher
}

export const entryPoints: readonly EntryPoint[] = [
  {
    name: 'legacy',
    code: 'SWY0001',
    ended: 'has been cleaned up',
    create: async (context, tools, transport) => new LegacyDispatcher(context, tools, transport),
    from: (unified) => LegacyDispatcher.from(unified),
  },
  {
    name: 'request-scoped',
    code: 'SWY0002',
    ended: 'has been disposed',
    create: async (context, tools, transport) => new RequestScopedToolDispatcher(context, tools, transport),
    from: (unified) => RequestScopedToolDispatcher.from(unified),
  },
  {
    name: 'core',
    code: 'SWY0003',
    ended: 'has been cleaned up',
    create: (context, tools, transport) => CoreDispatcher.createRequestScopedDispatcher(context, tools, transport),
    from: (unified) => CoreDispatcher.from(unified),
  },
  {
    name: 'enhanced',
    code: 'SWY0004',
    ended: 'has been cleaned up',
    create: (context, tools, websocketBridge) =>
      EnhancedToolDispatcher.createForUser(context, { tools, websocketBridge }),
    from: (unified) => EnhancedToolDispatcher.from(unified),
  },
]
