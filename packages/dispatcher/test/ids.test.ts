import { describe, expect, it } from 'vitest'
import { idMaker } from '../src/ids.js'
import { Recorder } from './support/recorder.js'
import { DIST, runModule } from './support/node-process.js'
import { dispatcherWith } from './support/requests.js'

describe('idMaker()', () => {
  it('makes a different id each time, across kinds and makers', () => {
    const makers = [idMaker('call'), idMaker('call'), idMaker('evt')]
    const ids = makers.flatMap((make) => Array.from({ length: 1_000 }, make))
    expect(new Set(ids).size).toBe(3_000)
    expect(new Set(ids.map((id) => id.replace(/^[a-z]+_/, ''))).size).toBe(3_000)
  })

  it('names the kind, then a random part of 128 bits that is the same for the process, then a count', () => {
    const [first, second] = [idMaker('call')(), idMaker('evt')()].map((id) => /^(\w+)_([0-9a-f]{32})-(\d+)$/.exec(id))
    expect([first?.[1], second?.[1]]).toEqual(['call', 'evt'])
    expect(first?.[2]).toBe(second?.[2])
    expect(Number(second?.[3])).toBe(Number(first?.[3]) + 1)
  })

  it('draws another random part in another process', async () => {
    const script = `
      import { idMaker } from ${JSON.stringify(`${DIST}ids.js`)}
      console.log(idMaker('call')())
    `
    const outputs = await Promise.all([runModule(script), runModule(script)])
    const [first, second] = outputs.map(({ stdout }) => stdout.trim())
    expect(first).toMatch(/^call_[0-9a-f]{32}-1$/)
    expect(second).toMatch(/^call_[0-9a-f]{32}-1$/)
    expect(first).not.toBe(second)
  })
})

describe('the ids of calls, events and dispatchers', () => {
  it('are different, within a dispatcher and between two', async () => {
    const events = new Recorder()
    const tools = [{ name: 'ping', execute: () => 'pong' }]
    const dispatchers = [dispatcherWith({ tools, events }), dispatcherWith({ tools, events })]
    const calls = dispatchers.flatMap((dispatcher) => [dispatcher.executeTool('ping'), dispatcher.executeTool('ping')])
    const results = await Promise.all(calls)
    expect(new Set(results.map(({ callId }) => callId)).size).toBe(4)
    expect(new Set(events.events.map(({ id }) => id)).size).toBe(8)
    expect(new Set(dispatchers.map(({ dispatcherId }) => dispatcherId)).size).toBe(2)
    expect(dispatchers[0]?.dispatcherId).toBe(dispatchers[0]?.dispatcherId)
  })
})
