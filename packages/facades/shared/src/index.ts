/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What the four deprecated facades share, and what migrated code may lean on for a while: `@switchyard/facade-kit`.
 */

// For migrated code: the old shapes, made of canonical results.
export { DispatchStrategy, ToolDispatchRequest, ToolDispatchResponse, ToolStatus } from './results.js'
export { toLegacyToolExecutionResult, toToolDispatchResponse, toToolResult } from './results.js'
export type { ConvertedCall, LegacyToolExecutionResult, ToolResult } from './results.js'
export { PermissionError, throwIfDenied } from './errors.js'
export { toLegacyMetrics, type LegacyMetrics } from './metrics.js'
export { distinctTools, registerOnce } from './tools.js'

// For maintainers: what is still used, and what becomes of it.
export { DeprecationError, deprecationReport, type DeprecatedUse, type DeprecationReport } from './deprecation.js'
export { migrations, type FacadeMigration, type FacadeName, type ExportMigration } from './migrations.js'
export type { DeprecationStage, ExportKind, MigrationChange } from './migrations.js'

// For the facades.
export { adminGate, hasAdminRight, type AdminGrant, type PermissionService } from './admin.js'
export { nameOf, own, type ContextOrCreation, type FacadeCreation, type FacadeOptions } from './creation.js'
export type { OptionalTools, OwnOptions } from './creation.js'
export { countingUses, recordUse } from './deprecation.js'
export { AuthenticationError, SecurityViolationError } from './errors.js'
export { FacadeDispatcher, instantiate, viewOf, type Binding, type OwnBinding } from './facade-dispatcher.js'
export type { FacadeCallOptions, FacadeExecuteOptions, OptionalParameters, ToolFunction } from './facade-dispatcher.js'
export type { OptionalTransport } from './transport-switch.js'
