/**
 * What shows that a sentence about the product is true: a test, by its file and its title there (with the titles of the
 * describes before it, joined by ` > `, where the title alone is not the only one), or a case of the conformance kit, which
 * `after.test.ts` runs on the canonical dispatcher and the four facades.
 */
export type Proof = { readonly file: string; readonly title: string } | { readonly case: string }

const titledIn =
  (file: string) =>
  (title: string): Proof => ({ file, title })

export const conformance = (id: string): Proof => ({ case: id })

const ofFacades = (name: string) => titledIn(`test/contract/facades/${name}.test.ts`)
export const calls = ofFacades('calls')
export const events = ofFacades('events')
export const middleware = ofFacades('middleware')
export const isolation = ofFacades('isolation')
export const lifecycle = ofFacades('lifecycle')
export const members = ofFacades('members')
export const metrics = ofFacades('metrics')
export const permissions = ofFacades('permissions')
export const registration = ofFacades('registration')
export const router = ofFacades('shared-router')
export const transports = ofFacades('transports')
export const values = ofFacades('values')
export const views = ofFacades('views')

const ofContract = (name: string) => titledIn(`test/contract/${name}.test.ts`)
export const importPaths = ofContract('import-paths')
export const migrationTable = ofContract('migration-table')
export const oneImplementation = ofContract('one-implementation')
export const tables = ofContract('tables')

const ofKit = (name: string) => titledIn(`packages/facades/shared/test/${name}.test.ts`)
export const kitAdmin = ofKit('admin')
export const kitCreation = ofKit('creation')
export const kitDeprecation = ofKit('deprecation')
export const kitDispatcher = ofKit('facade-dispatcher')
export const kitResults = ofKit('results')

const ofFacade = (facade: string, name: string) => titledIn(`packages/facades/${facade}/test/${name}.test.ts`)
export const coreBridge = ofFacade('core', 'websocket-bridge')
export const coreCreation = ofFacade('core', 'creation')
export const enhancedAdmin = ofFacade('enhanced', 'admin')
export const enhancedCreation = ofFacade('enhanced', 'creation')
export const enhancedExports = ofFacade('enhanced', 'exports')
export const legacyCreation = ofFacade('legacy', 'creation')
export const legacyExports = ofFacade('legacy', 'exports')
export const legacyUser = ofFacade('legacy', 'legacy-user')
export const bridgeAdapter = ofFacade('request-scoped', 'bridge-adapter')
export const requestScopedCreation = ofFacade('request-scoped', 'creation')
export const requestScopedExports = ofFacade('request-scoped', 'exports')

const ofDispatcher = (name: string) => titledIn(`packages/dispatcher/test/${name}.test.ts`)
export const childContexts = ofDispatcher('context/child')
export const contextIds = ofDispatcher('context/ids')
export const contextMetadata = ofDispatcher('context/metadata')
export const agentRun = ofDispatcher('events/agent-run')
export const deadlines = ofDispatcher('deadlines')
export const dispatcherTypes = ofDispatcher('types')
export const eventSink = ofDispatcher('interop/event-sink')
export const eventStore = titledIn('packages/dispatcher/test/stores/store-suite.ts')
export const metricsModel = ofDispatcher('properties/metrics-model')
export const redaction = ofDispatcher('events/redact')

export const architecture = titledIn('test/architecture.test.ts')
export const command = titledIn('codemods/test/command.test.ts')
export const consumer = titledIn('test/consumer/consumer.test.ts')
export const goldenPath = titledIn('test/golden-path/application.test.ts')
