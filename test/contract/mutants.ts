/** A fault planted into the canonical dispatcher, and the case of the conformance kit that must catch it. */
export interface Mutant {
  readonly fault: string
  /** The built file, below `packages/dispatcher/dist`. */
  readonly file: string
  /** A text that stands in it exactly once. */
  readonly text: string
  readonly becomes: string
  readonly caughtBy: string
}

/** One line each: what a maintainer might break. */
export const mutants: readonly Mutant[] = [
  {
    fault: 'tool_executing is lost',
    file: 'dispatch.js',
    text: "scope.emit(createEvent(context, 'tool_executing'",
    becomes: "void (createEvent(context, 'tool_executing'",
    caughtBy: 'event-routing/pair-success',
  },
  {
    fault: 'tool_completed is lost',
    file: 'dispatch.js',
    text: 'scope.emit(this.#completed(result))',
    becomes: 'this.#completed(result)',
    caughtBy: 'event-routing/pair-timeout',
  },
  {
    fault: 'tool_completed is doubled',
    file: 'dispatch.js',
    text: 'scope.emit(this.#completed(result))',
    becomes: 'scope.emit(this.#completed(result)), scope.emit(this.#completed(result))',
    caughtBy: 'event-routing/pair-abort',
  },
  {
    fault: 'tool_completed is lost where a call fails before its tool runs',
    file: 'dispatch.js',
    text: 'scope.emit(this.#completed(result))',
    becomes: "result.error?.code !== 'tool_not_found' && scope.emit(this.#completed(result))",
    caughtBy: 'event-routing/pair-unknown',
  },
  {
    fault: 'a failure is announced as a success',
    file: 'dispatch.js',
    text: "status: 'error', error, executionTimeMs",
    becomes: "status: 'success', error, executionTimeMs",
    caughtBy: 'event-routing/pair-failure',
  },
  {
    fault: 'all calls have one id',
    file: 'ids.js',
    text: 'counter += 1',
    becomes: 'counter = 1',
    caughtBy: 'event-routing/one-id',
  },
  {
    fault: 'an event carries the user who was there first',
    file: 'events/event.js',
    text: 'const { userId, threadId, runId, requestId } = context',
    becomes: 'const { userId, threadId, runId, requestId } = (globalThis.firstContext ??= context)',
    caughtBy: 'user-isolation/events',
  },
  {
    fault: 'a throwing sink fails the call',
    file: 'scope.js',
    text: 'this.counters.eventLost()',
    becomes: 'throw cause',
    caughtBy: 'event-routing/sink-throwing',
  },
  {
    fault: 'events show the objects of the caller',
    file: 'dispatch.js',
    text: 'scope.redactor(this.parameters)',
    becomes: 'this.parameters',
    caughtBy: 'user-isolation/events-are-copies',
  },
  {
    fault: 'secrets are shown',
    file: 'events/redact.js',
    text: "const secret = plain !== 'tokens' &&",
    becomes: 'const secret = false &&',
    caughtBy: 'event-routing/secrets',
  },
  {
    fault: 'a timeout is ignored',
    file: 'execution.js',
    text: 'this.startDeadline(own, this.startedAt)',
    becomes: 'void own',
    caughtBy: 'multiple-implementation/timeout',
  },
  {
    fault: "the tool's own time is ignored",
    file: 'dispatch.js',
    text: '?? tool.timeoutMs ??',
    becomes: '??',
    caughtBy: 'factory-conflict/tool-timeout',
  },
  {
    fault: 'the signal does not abort',
    file: 'execution.js',
    text: 'this.#controller?.abort(this.#abortReason)',
    becomes: 'void 0',
    caughtBy: 'multiple-implementation/signalled-timeout',
  },
  {
    fault: 'an abort is ignored',
    file: 'execution.js',
    text: 'followSignal(signal, this)',
    becomes: 'void signal',
    caughtBy: 'multiple-implementation/abort',
  },
  {
    fault: 'a tool runs although its signal has aborted',
    file: 'dispatch.js',
    text: 'call.follow(options?.signal)',
    becomes: 'call.follow(options?.signal?.aborted ? undefined : options?.signal)',
    caughtBy: 'multiple-implementation/aborted-before',
  },
  {
    fault: 'a call settles as often as it likes',
    file: 'execution.js',
    text: 'this.#settled = true',
    becomes: 'this.#settled = false',
    caughtBy: 'event-routing/late-result',
  },
  {
    fault: 'a throw is a success',
    file: 'result.js',
    text: "return Refusal.outcomeOf(cause) ?? failure('tool_failed', messageOf(cause), { cause })",
    becomes: 'return { success: true, result: messageOf(cause) }',
    caughtBy: 'multiple-implementation/thrown-error',
  },
  {
    fault: 'a result without anything in it is a failure',
    file: 'dispatch.js',
    text: 'this.settle(checkOutput(this, outcome))',
    becomes:
      "this.settle(outcome.success && !outcome.result ? failure('tool_failed', 'empty') : checkOutput(this, outcome))",
    caughtBy: 'multiple-implementation/empty-result-0',
  },
  {
    fault: 'a result is copied',
    file: 'dispatch.js',
    text: '{ success: true, result: outcome.result, toolName',
    becomes: '{ success: true, result: snapshot(outcome.result), toolName',
    caughtBy: 'multiple-implementation/result',
  },
  {
    fault: 'inherited names are tools',
    file: 'registry.js',
    text: 'return this.#own.get(name) ?? this.#parent?.find(name)',
    becomes: 'return this.#own.get(name) ?? this.#parent?.find(name) ?? {}[name]',
    caughtBy: 'multiple-implementation/inherited-name-constructor',
  },
  {
    fault: 'the schema is not asked',
    file: 'dispatch.js',
    text: 'if (validateInput === undefined)',
    becomes: 'if (true)',
    caughtBy: 'multiple-implementation/bad-input',
  },
  {
    fault: 'what the schema makes of an input is dropped',
    file: 'dispatch.js',
    text: 'call.parameters = validated.value',
    becomes: 'void validated.value',
    caughtBy: 'multiple-implementation/converted-input',
  },
  {
    fault: 'the tools that are given are dropped',
    file: 'scope.js',
    text: 'this.tools = options.tools === undefined ? NO_TOOLS : toRegistry(options.tools)',
    becomes: 'this.tools = new ToolRegistry()',
    caughtBy: 'factory-conflict/tools',
  },
  {
    fault: 'the sink that is given is dropped',
    file: 'scope.js',
    text: 'this.sink = checkSink(options.events)',
    becomes: 'this.sink = undefined',
    caughtBy: 'factory-conflict/events',
  },
  {
    fault: 'the limits that are given are dropped',
    file: 'scope.js',
    text: 'this.limits = resolveLimits(options.limits)',
    becomes: 'this.limits = resolveLimits()',
    caughtBy: 'factory-conflict/rate',
  },
  {
    fault: 'the policy that is given is dropped',
    file: 'scope.js',
    text: "this.policy = checkFunction('permissions', options.permissions)",
    becomes: 'this.policy = undefined',
    caughtBy: 'factory-conflict/policy',
  },
  {
    fault: 'a policy that throws allows',
    file: 'permissions.js',
    text: "return failure('permission_denied', `Permission for tool ${toolName} was denied: the policy threw",
    becomes:
      "return undefined && failure('permission_denied', `Permission for tool ${toolName} was denied: the policy threw",
    caughtBy: 'multiple-implementation/broken-policy',
  },
  {
    fault: 'one role of several is enough',
    file: 'permissions.js',
    text: 'if (!context.roles.includes(role)) {',
    becomes: 'if (!tool.requiredRoles.some((one) => context.roles.includes(one))) {',
    caughtBy: 'multiple-implementation/missing-role',
  },
  {
    fault: "admin tools are everybody's",
    file: 'permissions.js',
    text: "if (adminTools.has(tool.name) && !context.roles.includes('admin')) {",
    becomes: 'if (false) {',
    caughtBy: 'factory-conflict/admin-tools',
  },
  {
    fault: 'an admin dispatcher asks for no right',
    file: 'dispatcher.js',
    text: "if (UserExecutionContext.isContext(context) && !context.roles.includes('admin')) {",
    becomes: 'if (false) {',
    caughtBy: 'factory-conflict/admin-refused',
  },
  {
    fault: 'a context that only looks like one is taken',
    file: 'context.js',
    text: '#createdAt in value',
    becomes: "'userId' in value",
    caughtBy: 'factory-conflict/look-alike-context',
  },
  {
    fault: 'what an asynchronous policy was shown may be changed before it runs',
    file: 'dispatch.js',
    text: 'this.parameters = snapshot(this.parameters)',
    becomes: 'void snapshot(this.parameters)',
    caughtBy: 'user-isolation/given-parameters',
  },
  {
    fault: 'tools are kept as they were given',
    file: 'tool.js',
    text: 'execute: execute.bind(value)',
    becomes: "execute: (...parameters) => Reflect.get(value, 'execute').apply(value, parameters)",
    caughtBy: 'user-isolation/given-tool',
  },
  {
    fault: 'all dispatchers share one map of tools',
    file: 'scope.js',
    text: 'NO_TOOLS : toRegistry(options.tools)',
    becomes: 'NO_TOOLS : (globalThis.sharedTools ??= toRegistry(options.tools))',
    caughtBy: 'user-isolation/tools',
  },
  {
    fault: 'all users share their limits',
    file: 'limits.js',
    text: 'export function usageOf(userId) {',
    becomes: "export function usageOf(userId) {\n    userId = 'everybody'",
    caughtBy: 'user-isolation/limits',
  },
  {
    fault: 'each dispatcher has limits of its own',
    file: 'limits.js',
    text: 'users.set(userId, usage)',
    becomes: 'void userId',
    caughtBy: 'user-isolation/shared-limits',
  },
  {
    fault: 'more calls run at once than are allowed',
    file: 'limits.js',
    text: '(this.running < concurrentCallsPerUser && waiting === 0)',
    becomes: 'waiting === 0',
    caughtBy: 'factory-conflict/concurrency',
  },
  {
    fault: 'the queue has no end',
    file: 'limits.js',
    text: 'if (waiting >= queuedCallsPerUser)',
    becomes: 'if (false)',
    caughtBy: 'factory-conflict/full-queue',
  },
  {
    fault: 'sizes are not measured',
    file: 'json-size.js',
    text: 'return (spend(value, maxBytes, 0, NOTHING_ABOVE, longestNumber) >= 0 ||',
    becomes: 'return (true ||',
    caughtBy: 'factory-conflict/sizes',
  },
  {
    fault: 'a slot is never given back',
    file: 'limits.js',
    text: 'this.running -= 1',
    becomes: 'void this.running',
    caughtBy: 'user-isolation/limits',
  },
  {
    fault: 'a disposed dispatcher goes on',
    file: 'scope.js',
    text: "return this.isActive || (nested && this.#state === 'draining'",
    becomes: "return true || (nested && this.#state === 'draining'",
    caughtBy: 'factory-conflict/disposed',
  },
  {
    fault: 'the end of a dispatcher leaves its calls hanging',
    file: 'scope.js',
    text: 'if (this.running > 0)\n',
    becomes: 'if (false)\n',
    caughtBy: 'event-routing/pair-disposed',
  },
  {
    fault: "the end of one dispatcher ends everybody's",
    file: 'scope.js',
    text: "this.#state = 'disposed'",
    becomes: "Object.defineProperty(Scope.prototype, 'isActive', { get: () => false })",
    caughtBy: 'user-isolation/dispose',
  },
  {
    fault: 'each dispatcher is of a class of its own',
    file: 'dispatcher.js',
    text: 'return new UnifiedToolDispatcher(FACTORY, new Scope(context, options))',
    becomes: 'return new (class extends UnifiedToolDispatcher {})(FACTORY, new Scope(context, options))',
    caughtBy: 'import-path/each-user',
  },
  {
    fault: 'two dispatchers of one context are one',
    file: 'dispatcher.js',
    text: 'return new UnifiedToolDispatcher(FACTORY, new Scope(context, options))',
    becomes:
      'const all = (globalThis.all ??= new Map()); ' +
      'if (!all.has(context)) all.set(context, new UnifiedToolDispatcher(FACTORY, new Scope(context, options))); ' +
      'return all.get(context)',
    caughtBy: 'multiple-implementation/own-object',
  },
  {
    fault: 'limits bring in another class',
    file: 'dispatcher.js',
    text: 'return new UnifiedToolDispatcher(FACTORY, new Scope(context, options))',
    becomes:
      'const Chosen = options.limits === undefined ? UnifiedToolDispatcher : class extends UnifiedToolDispatcher {}; ' +
      'return new Chosen(FACTORY, new Scope(context, options))',
    caughtBy: 'import-path/limits',
  },
  {
    fault: 'the third dispatcher is of another class',
    file: 'dispatcher.js',
    text: 'return new UnifiedToolDispatcher(FACTORY, new Scope(context, options))',
    becomes:
      'globalThis.made = (globalThis.made ?? 0) + 1; ' +
      'const Chosen = globalThis.made === 3 ? class extends UnifiedToolDispatcher {} : UnifiedToolDispatcher; ' +
      'return new Chosen(FACTORY, new Scope(context, options))',
    caughtBy: 'import-path/at-once',
  },
  ...(
    [
      ['any object', "typeof context === 'object'", 'factory-conflict/no-context-3'],
      ['the id of a user', "typeof context === 'string'", 'factory-conflict/no-context-4'],
      ['a number', "typeof context === 'number'", 'factory-conflict/no-context-5'],
    ] as const
  ).map(([what, test, caughtBy]) => ({
    fault: `${what} passes for a context`,
    file: 'scope.js',
    text: 'if (UserExecutionContext.isContext(context))',
    becomes: `if (UserExecutionContext.isContext(context) || ${test})`,
    caughtBy,
  })),
]
