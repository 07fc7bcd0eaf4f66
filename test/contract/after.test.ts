import { cases } from '@switchyard/dispatcher/conformance'
import { describe, expect, it } from 'vitest'
import { subjects } from './subjects.js'

// What the facades say about themselves is tested elsewhere.
process.env['SWITCHYARD_DEPRECATIONS'] = '*:silence'

describe.each(subjects)('$name', (subject) => {
  it('can be asked everything', () => {
    for (const { needs } of cases) for (const capability of needs) expect(subject.capabilities).toContain(capability)
  })

  it.each(cases)('$id: $title', async (each) => {
    await expect(each.run(subject)).resolves.toBeUndefined()
  })
})
