// @ts-check
'use strict'

const facade = /^@switchyard\/(?:legacy|request-scoped|core|enhanced)$/u

/**
 * An ordinary jscodeshift transform, as people write them: parse, find, rename, print. It does less than ours.
 *
 * @param {import('jscodeshift').FileInfo} file
 * @param {import('jscodeshift').API} api
 */
module.exports = function transform({ source }, { jscodeshift: j }) {
  const root = j(source)
  let changed = false
  const rename = (/** @type {{ value?: unknown } | null | undefined} */ from) => {
    if (typeof from?.value !== 'string' || !facade.test(from.value)) return
    from.value = '@switchyard/dispatcher'
    changed = true
  }
  root.find(j.ImportDeclaration).forEach(({ node }) => rename(node.source))
  root.find(j.ExportNamedDeclaration).forEach(({ node }) => rename(node.source))
  root.find(j.CallExpression).forEach(({ node: { callee, arguments: given } }) => {
    const [first] = given
    const loads =
      callee.type === 'Import' ||
      (callee.type === 'Identifier' && callee.name === 'require') ||
      (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'vi')
    if (loads && first?.type === 'StringLiteral') rename(first)
  })
  root
    .find(j.MemberExpression, { property: { type: 'Identifier', name: 'cleanup' } })
    .forEach(({ node: { property } }) => {
      if (property.type !== 'Identifier') return
      property.name = 'dispose'
      changed = true
    })
  return changed ? root.toSource() : undefined
}
