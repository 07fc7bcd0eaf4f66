import { UserExecutionContext } from '@switchyard/dispatcher'
import { createEvent } from '@switchyard/dispatcher/interop'
import { describe, expect, it } from 'vitest'
import { TransportSwitch } from '../src/transport-switch.js'
import { untyped } from './support/untyped.js'

const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })
const event = createEvent(context, 'tool_executing', { callId: 'call-1', toolName: 'add', parameters: {} })

function recorder() {
  const events: unknown[] = []
  return { events, emit: (emitted: unknown) => void events.push(emitted) }
}

describe('TransportSwitch', () => {
  it('sends events to the transport', () => {
    const transport = recorder()
    const events = new TransportSwitch(transport)
    void events.emit(event)
    expect(transport.events).toEqual([event])
    expect(events.transport).toBe(transport)
  })

  it('sends later events to the transport that came later', () => {
    const [first, second] = [recorder(), recorder()]
    const events = new TransportSwitch(first)
    void events.emit(event)
    events.connect(second)
    void events.emit(event)
    expect([first.events.length, second.events.length]).toEqual([1, 1])
  })

  it('counts what comes while there is no transport', () => {
    const events = new TransportSwitch(null)
    void events.emit(event)
    events.connect(recorder())
    void events.emit(event)
    events.connect(undefined)
    void events.emit(event)
    expect(events.discarded).toBe(2)
    expect(events.transport).toBeNull()
  })

  it('keeps the transport it has when another one is refused', () => {
    const transport = recorder()
    const events = new TransportSwitch(transport)
    expect(() => untyped(events.connect.bind(events), { send: () => {} })).toThrow(TypeError)
    void events.emit(event)
    expect(transport.events).toEqual([event])
  })

  it('hands on the promise of a transport, so that a rejection is counted as a loss', async () => {
    const events = new TransportSwitch({ sendEvent: async () => false })
    await expect(events.emit(event)).rejects.toThrow('not delivered')
  })
})
