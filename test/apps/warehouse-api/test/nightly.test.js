'use strict'

const test = require('node:test')
const assert = require('node:assert')
const { nightly } = require('../scripts/nightly')
const { Store } = require('../src/store')

test('names the empty shelves', async () => {
  const lines = await nightly(new Store(), ['A-100', 'B-310'])
  assert.strictEqual(lines[0], 'KS B-310 is empty')
  assert.match(lines[1], /^ZZ A-100 \? .*No warehouse ZZ/)
  assert.strictEqual(lines.length, 3)
})
