import { describe, expect, it } from 'vitest'
import { found, messages } from './found.js'

const rule = 'event-channel'

describe(rule, () => {
  it.each([
    ["emitter.emit('tool_executing', data)", 'tool_executing'],
    ["socket.send({ type: 'tool_completed' })", 'tool_completed'],
    ["socket.send(JSON.stringify({ event: 'tool_executing', data }))", 'tool_executing'],
    ['io.to(room).emit(`tool_completed`)', 'tool_completed'],
    ["emitCriticalEvent(user, 'tool_executing')", 'tool_executing'],
    ['bridge.notifyToolExecuting(run, name)', 'tool_executing'],
    ['await this.bridge?.notifyToolCompleted(run)', 'tool_completed'],
    ["target.dispatchEvent(create({ name: 'tool_completed' }))", 'tool_completed'],
    ["queue.publish({ payload: 1, kind: 'tool_executing' })", 'tool_executing'],
  ])('finds %j', (text, event) => {
    expect(messages(rule, text)).toEqual([`${event} is sent here, beside the dispatcher`])
  })

  it.each([
    "socket.on('tool_executing', show)",
    "if (event.type === 'tool_completed') show(event)",
    "const events = ['tool_executing', 'tool_completed']",
    "emitter.emit('tool_executing_soon')",
    "emitter.emit('progress', { type: 'tool' })",
    "socket.send({ type: 'chat', text: 'tool_executing' })",
    'class Bridge { notifyToolExecuting() {} }',
    'const { notifyToolCompleted } = bridge',
    'bridge.notifyToolFailed(1)',
    "// emitter.emit('tool_executing')",
    "expect(types).toEqual(['tool_executing'])",
  ])('finds nothing in %j', (text) => {
    expect(messages(rule, text)).toEqual([])
  })

  it('tells a message within a message once, at its beginning', () => {
    expect(found(rule, { 'a.ts': "  emitter.emit('tool_executing',\n    send({ type: 'tool_executing' }))" })).toEqual([
      { at: 'a.ts:1:3', message: expect.any(String), snippet: "emitter.emit('tool_executing'," },
    ])
  })
})
