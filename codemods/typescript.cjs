// What a module imports of CommonJS is searched for names first, which takes as long for TypeScript as loading it.
// It does not look behind a variable.
// oxlint-disable-next-line typescript/no-require-imports -- that is what this file is for
const ts = require('typescript-checker')
module.exports = ts
