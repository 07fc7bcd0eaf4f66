/**
 * What the four deprecated facades share, and what migrated code may lean on for a while: `@switchyard/facade-kit`.
 */

// For migrated code: the old shapes, made of canonical results.
export { PermissionError, throwIfDenied } from './errors.js'
export { toLegacyMetrics, type LegacyMetrics } from './metrics.js'
export {
  DispatchStrategy,
  ToolDispatchRequest,
  ToolDispatchResponse,
  ToolStatus,
  toLegacyToolExecutionResult,
  toToolDispatchResponse,
  toToolResult,
  type ConvertedCall,
  type LegacyToolExecutionResult,
  type ToolResult,
} from './results.js'
export { distinctTools, registerOnce } from './tools.js'

// For maintainers: what is still used, and what becomes of it.
export { DeprecationError, deprecationReport, type DeprecatedUse, type DeprecationReport } from './deprecation.js'
export {
  migrations,
  type DeprecationStage,
  type ExportKind,
  type ExportMigration,
  type FacadeMigration,
  type FacadeName,
  type MigrationChange,
} from './migrations.js'

// For the facades.
export { AuthenticationError, SecurityViolationError } from './errors.js'
export { BridgeAdapter } from './bridge-adapter.js'
export { adminGate, hasAdminRight, type AdminGrant, type PermissionService } from './admin.js'
export {
  creationOf,
  nameOf,
  own,
  type ContextOrCreation,
  type FacadeCreation,
  type FacadeOptions,
  type OptionalTools,
  type OwnOptions,
} from './creation.js'
export { countingUses, recordUse } from './deprecation.js'
export {
  FacadeDispatcher,
  instantiate,
  viewOf,
  type Binding,
  type FacadeCallOptions,
  type FacadeClass,
  type FacadeExecuteOptions,
  type OwnBinding,
  type ToolFunction,
} from './facade-dispatcher.js'
export { type OptionalTransport } from './transport-switch.js'
