// @ts-check
'use strict'

const facade = /^@switchyard\/(?:legacy|request-scoped|core|enhanced)$/u

/**
 * An ordinary jscodeshift transform, as people write them: parse, find, rename, print. It does less than ours.
 *
 * @param {{ source: string }} file
 * @param {{ jscodeshift: any }} api
 */
module.exports = function transform({ source }, { jscodeshift: j }) {
  const root = j(source)
  let changed = false
  const rename = (/** @type {any} */ path) => {
    const { source: from } = path.node
    if (from === null || from === undefined || !facade.test(from.value)) return
    from.value = '@switchyard/dispatcher'
    changed = true
  }
  root.find(j.ImportDeclaration).forEach(rename)
  root.find(j.ExportNamedDeclaration).forEach(rename)
  root.find(j.CallExpression).forEach((/** @type {any} */ path) => {
    const { callee, arguments: given } = path.node
    if (given[0] === undefined || !facade.test(given[0].value)) return
    if (callee.type !== 'Import' && callee.name !== 'require' && callee.object?.name !== 'vi') return
    given[0].value = '@switchyard/dispatcher'
    changed = true
  })
  root
    .find(j.CallExpression, { callee: { type: 'MemberExpression', property: { name: 'cleanup' } } })
    .forEach((/** @type {any} */ path) => {
      path.node.callee.property.name = 'dispose'
      changed = true
    })
  return changed ? root.toSource() : undefined
}
