import { describe, expect, it } from 'vitest'
import { createJobRunner, JobRunner, type JobReport } from '../src/jobs/index.js'
import { findUser, type DeskUser } from '../src/store/index.js'
import { WebSocketManager } from '../src/websocket/index.js'

const carmen = findUser('carmen') as DeskUser

async function done(job: string, manager = new WebSocketManager(5000)) {
  const report: JobReport = await createJobRunner(manager).run(job, carmen)
  if (report.state !== 'done') throw new Error(report.problem)
  return report
}

describe('the jobs', () => {
  it('delay-sweep finds the late parcels and drafts a mail for each', async () => {
    const manager = new WebSocketManager(5000)
    const { summary, lines, runId } = await done('delay-sweep', manager)
    expect(lines).toContain('BP-10031 lost +11 Nordpost -> ingrid.haug@fjellbakeri.no')
    expect(summary).toBe(`${lines.length} of 8 parcels need a look, ${lines.length} mails drafted`)
    const events = manager.history('carmen')
    expect(events.filter((event) => event.type === 'tool_executing')).toHaveLength(8 + lines.length)
    expect(events.filter((event) => event.type === 'tool_completed')).toHaveLength(8 + lines.length)
    expect(events.every((event) => event.data.runId === runId)).toBe(true)
  })

  it('refund-batch adds the late deliveries up', async () => {
    const { summary, lines } = await done('refund-batch')
    expect(lines.length).toBeGreaterThan(0)
    expect(summary).toMatch(new RegExp(`^${lines.length} refunds, \\d+\\.\\d\\d EUR, \\d+% of the calls went well$`))
  })

  it('carrier-scorecard prints a table', async () => {
    const { summary, lines } = await done('carrier-scorecard')
    expect(summary).toBe('4 carriers with carrier_scorecard')
    expect(lines).toHaveLength(6)
  })

  it('invoice-export skips what was cancelled', async () => {
    const { summary, lines } = await done('invoice-export')
    expect(summary).toBe('27 invoices, 1 skipped')
    expect(lines).toContain('skipped: Order BP-10016 was cancelled, there is no invoice')
  })

  it('carrier-feed takes good rows and names bad ones', async () => {
    const { summary, lines } = await done('carrier-feed')
    expect(summary).toBe('8 scans, 2 rejected')
    expect(lines.slice(-2)).toEqual(['! XXX000001: not ours', '! NOR704110: Unknown status in the feed: TELEPORT'])
  })

  it('trade-report has a line for each trade customer', async () => {
    const { summary, lines } = await done('trade-report')
    expect(summary).toMatch(/^3 trade customers, \d+\.\d\d EUR$/)
    expect(lines[0]).toMatch(/^Tomás Ferreira: \d orders/)
  })

  it('ops-digest keeps the log from people who are not Operations', async () => {
    const { lines } = await done('ops-digest')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^log: /)
    const report = await createJobRunner(new WebSocketManager()).run('ops-digest', findUser('grace') as DeskUser)
    expect(report).toMatchObject({ state: 'done', lines: expect.arrayContaining(['14 x Conical burr grinder', '2 x Espresso machine one group']) })
    expect(JSON.stringify(report)).toContain('errors at /api/')
  })
})

describe('JobRunner', () => {
  it('makes a report of a job that throws', async () => {
    const runner = new JobRunner(new WebSocketManager()).register('bad', async () => {
      throw new Error('no disk')
    })
    expect(await runner.run('bad', carmen)).toMatchObject({ state: 'failed', problem: 'no disk', by: 'carmen' })
    expect(runner.past()).toHaveLength(1)
  })

  it('runs a job once at a time', async () => {
    let finish = () => {}
    const runner = new JobRunner(new WebSocketManager()).register('slow', async () => {
      await new Promise<void>((resolve) => (finish = resolve))
      return { summary: 'done', lines: [] }
    })
    const first = runner.run('slow', carmen)
    expect(await runner.run('slow', carmen)).toMatchObject({ state: 'failed' })
    finish()
    expect(await first).toMatchObject({ state: 'done' })
  })

  it('says which jobs there are', async () => {
    await expect(new JobRunner(new WebSocketManager()).run('nope', carmen)).rejects.toThrow('No job nope')
  })
})
