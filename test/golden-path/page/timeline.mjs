// @ts-check
/** @typedef {import('@switchyard/dispatcher/client').AgentEvent} AgentEvent */
/** @template {AgentEvent['type']} Type @typedef {Extract<AgentEvent, { type: Type }>} EventOf */

/** @typedef {{ part: HTMLElement, outcome: HTMLElement, steps: HTMLElement, startedAt: number }} RunPart */

/** @param {number} ms */
const duration = (ms) => {
  if (ms < 1) return 'under 1 ms'
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/** @param {unknown} value */
const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

/**
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} content
 */
export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...content)
  return made
}

/** One user's events as a person reads them: a part for each run, and in it one step for each thought and tool call. */
export class Timeline {
  /** @type {Map<string, RunPart>} */
  #runs = new Map()
  /** @type {Map<string, HTMLElement>} */
  #calls = new Map()
  #root

  /** @param {Element} root */
  constructor(root) {
    this.#root = root
  }

  /** Begins anew, and says why. @param {string} reason */
  clear(reason) {
    this.#runs.clear()
    this.#calls.clear()
    this.#root.replaceChildren(element('p', { class: 'gone' }, `Older events are gone (${reason}).`))
  }

  /**
   * @param {AgentEvent} event
   * @param {boolean} isReplayed
   * @returns {string} what happened, in a sentence for those who listen
   */
  apply(event, isReplayed) {
    const run = this.#run(event)
    switch (event.type) {
      case 'agent_started':
        return 'The agent has started.'
      case 'agent_thinking':
        this.#step(run, event, isReplayed, 'thinking', event.payload.reasoning)
        return event.payload.reasoning
      case 'tool_executing':
        return this.#executing(run, event, isReplayed)
      case 'tool_progress':
        return this.#progress(run, event, isReplayed)
      case 'tool_completed':
        return this.#completed(run, event, isReplayed)
      case 'agent_completed':
        return this.#answered(run, event, isReplayed)
      case 'agent_error':
        return this.#failed(run, event, isReplayed)
      default:
        return ''
    }
  }

  /** @param {AgentEvent} event */
  #run(event) {
    const known = this.#runs.get(event.runId)
    if (known !== undefined) return known
    const question = event.type === 'agent_started' ? event.payload['question'] : undefined
    const outcome = element('span', { class: 'outcome' }, 'running')
    const title = element('h3', {}, typeof question === 'string' ? question : `Run ${event.runId}`, ' ', caughtUp())
    const steps = element('ol', { class: 'steps' })
    const head = element('div', { class: 'run-head' }, title, outcome)
    const part = element('article', { class: 'run', 'data-run': event.runId, 'data-state': 'running' }, head, steps)
    const run = { part, outcome, steps, startedAt: Date.parse(event.timestamp) }
    this.#runs.set(event.runId, run)
    this.#root.prepend(part)
    return run
  }

  /**
   * @param {RunPart} run
   * @param {AgentEvent} event
   * @param {boolean} isReplayed
   * @param {string} kind
   * @param {...(string | Node)} content
   */
  #step(run, event, isReplayed, kind, ...content) {
    const body = element('div', { class: kind }, ...content)
    const step = element('li', { class: 'step', 'data-step': kind, 'data-event': event.id }, body)
    markReplayed(step, isReplayed)
    run.steps.append(step)
    return step
  }

  /** @param {RunPart} run @param {EventOf<'tool_executing'>} event @param {boolean} isReplayed */
  #executing(run, event, isReplayed) {
    const { callId, toolName, parameters } = event.payload
    this.#call(run, event, isReplayed).append(element('div', { class: 'input' }, brief(parameters)))
    this.#calls.get(callId)?.setAttribute('data-state', 'running')
    return `${toolName} is running.`
  }

  /** @param {RunPart} run @param {EventOf<'tool_progress'>} event @param {boolean} isReplayed */
  #progress(run, event, isReplayed) {
    const call = this.#call(run, event, isReplayed)
    const { done, of, place } = /** @type {Record<string, unknown>} */ (Object(event.payload.progress))
    const text = shown(place ?? event.payload.progress)
    const bar = element('progress', {
      value: String(done),
      max: String(of),
      'aria-label': `${event.payload.toolName}: progress`,
    })
    const parts = typeof done === 'number' && typeof of === 'number' ? [bar, `${done} of ${of}: ${text}`] : [text]
    call.querySelector('.progress')?.remove()
    call.append(element('div', { class: 'progress' }, ...parts))
    markReplayed(call, isReplayed)
    return `${event.payload.toolName}: ${text}`
  }

  /** @param {RunPart} run @param {EventOf<'tool_completed'>} event @param {boolean} isReplayed */
  #completed(run, event, isReplayed) {
    const call = this.#call(run, event, isReplayed)
    const { toolName, status, result, error, executionTimeMs } = event.payload
    call.setAttribute('data-state', status)
    call.querySelector('.took')?.replaceChildren(duration(executionTimeMs))
    if (error !== undefined) {
      call.append(element('p', { class: 'failure' }, element('code', {}, error.code), ` ${error.message}`))
    } else if (result !== undefined) {
      const summary = element('summary', {}, 'Result')
      call.append(element('details', {}, summary, element('pre', {}, shown(result))))
    }
    markReplayed(call, isReplayed)
    return error === undefined ? `${toolName} is done.` : `${toolName} failed: ${error.message}`
  }

  /**
   * The one step of a call; made here too when the call's beginning is no longer kept.
   *
   * @param {RunPart} run
   * @param {EventOf<'tool_executing' | 'tool_progress' | 'tool_completed'>} event
   * @param {boolean} isReplayed
   */
  #call(run, event, isReplayed) {
    const { callId, toolName } = event.payload
    const known = this.#calls.get(callId)
    if (known !== undefined) return known
    const line = element(
      'div',
      { class: 'line' },
      element('span', { class: 'name' }, toolName),
      element('span', { class: 'took' }, 'running'),
    )
    const call = this.#step(run, event, isReplayed, 'tool', line)
    this.#calls.set(callId, call)
    return call
  }

  /** @param {RunPart} run @param {EventOf<'agent_completed'>} event @param {boolean} isReplayed */
  #answered(run, event, isReplayed) {
    const { answer } = /** @type {Record<string, unknown>} */ (Object(event.payload.result))
    const text = shown(answer ?? event.payload.result) ?? 'Done.'
    this.#step(run, event, isReplayed, 'answer', text).setAttribute('data-state', 'success')
    this.#end(run, event, 'answered')
    return `The agent answers: ${text}`
  }

  /** @param {RunPart} run @param {EventOf<'agent_error'>} event @param {boolean} isReplayed */
  #failed(run, event, isReplayed) {
    const { name, message } = event.payload.error
    const text = element('p', { class: 'failure' }, element('code', {}, name), ` ${message}`)
    this.#step(run, event, isReplayed, 'error', text).setAttribute('data-state', 'error')
    this.#end(run, event, 'failed')
    return `The agent gave up: ${message}`
  }

  /** @param {RunPart} run @param {AgentEvent} event @param {string} state */
  #end(run, event, state) {
    run.part.setAttribute('data-state', state)
    run.outcome.textContent = `${state} after ${duration(Date.parse(event.timestamp) - run.startedAt)}`
  }
}

/** @param {HTMLElement} step @param {boolean} isReplayed */
function markReplayed(step, isReplayed) {
  step.setAttribute('data-replayed', String(isReplayed))
  const chip = step.querySelector('.chip')
  if (!isReplayed) chip?.remove()
  else if (chip === null) (step.querySelector('.name') ?? step.firstElementChild)?.append(' ', caughtUp())
}

function caughtUp() {
  return element('span', { class: 'chip' }, 'caught up')
}

/** @param {unknown} parameters */
function brief(parameters) {
  const entries = Object.entries(/** @type {object} */ (Object(parameters)))
  return entries
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
