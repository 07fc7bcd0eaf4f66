import { describe, expect, it } from 'vitest'
import type { FacadeMigration } from '../../.config/deprecations.mjs'
import { withRelease } from '../../.config/root-changelog.mjs'

const start = '# Changelog\n\nNewest first.\n\n## Unreleased\n\nThe first releases.\n'
const first = { name: '@switchyard/core', text: '# @switchyard/core\n\n## 1.0.0\n\n### Major Changes\n\n- First.\n' }
const second = {
  ...first,
  text: '# @switchyard/core\n\n## 1.1.0\n\n### Minor Changes\n\n- More.\n\n## 1.0.0\n\n### Major Changes\n\n- First.\n',
}

function facade(stage: FacadeMigration['stage'], daysLeft: number) {
  const sunset = { version: '2.0.0', date: '2027-06-30' }
  const row = {
    package: '@switchyard/core',
    original: 'x',
    code: 'SWY0003',
    stage,
    since: '1.0.0',
    sunset,
    exports: {},
  }
  return { ...row, daysLeft }
}

describe('withRelease()', () => {
  const released = withRelease(start, { day: '2026-12-01', changelogs: [first], facades: [facade('warning', 211)] })

  it('puts what was unreleased, the time left and the versions under the day', () => {
    expect(released).toBe(
      [
        '# Changelog\n\nNewest first.\n\n## 2026-12-01\n\nThe first releases.\n',
        '| facade | stage | removed in | time left |\n| --- | --- | --- | --- |',
        '| `@switchyard/core` | warning | 2.0.0, 2027-06-30 | 211 days |\n',
        '### @switchyard/core 1.0.0\n\n#### Major Changes\n\n- First.\n',
      ].join('\n'),
    )
  })

  it('adds nothing twice', () => {
    expect(withRelease(released, { day: '2026-12-02', changelogs: [first], facades: [] })).toBe(released)
  })

  it('puts a later release above an earlier one, with its new versions alone', () => {
    const later = withRelease(released, { day: '2027-01-01', changelogs: [second], facades: [] })
    expect(later.indexOf('## 2027-01-01')).toBeLessThan(later.indexOf('## 2026-12-01'))
    expect(later.split('### @switchyard/core 1.1.0')).toHaveLength(2)
    expect(later.split('### @switchyard/core 1.0.0')).toHaveLength(2)
  })

  it('says of a removed facade that it is gone', () => {
    const text = withRelease(start, { day: '2027-07-01', changelogs: [first], facades: [facade('removed', -1)] })
    expect(text).toContain('| removed | 2.0.0, 2027-06-30 | gone |')
  })
})
