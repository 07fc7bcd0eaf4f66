import ts from '#typescript'
import { violationAt, type Rule, type Violation } from './rule.js'

const EVENT = /^tool_(?:executing|completed)$/
const SENDING =
  /^(?:emit|send|publish|broadcast|notify|push|write|dispatchEvent|emitCriticalEvent|notifyEvent|sendToUser|emitToUser)/

/** Tool events that are sent by anything but the dispatcher. */
export function eventChannel(): Rule {
  return {
    name: 'event-channel',
    why: 'A tool event sent by hand is doubled, unpaired or at the wrong user; only the dispatcher knows.',
    fix: 'Give the dispatcher an event sink, and take this out.',
    needles: ['tool_executing', 'tool_completed', 'notifyTool'],
    visit(source) {
      const found: Violation[] = []
      const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node)) {
          const what = sent(node)
          if (what !== undefined) {
            found.push(violationAt(node, `${what} is sent here, beside the dispatcher`))
            return
          }
        }
        ts.forEachChild(node, visit)
      }
      visit(source)
      return found
    },
  }
}

function sent(call: ts.CallExpression): string | undefined {
  const callee = call.expression
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : ''
  if (/^notifyTool(?:Executing|Completed)$/.test(name))
    return name.includes('Executing') ? 'tool_executing' : 'tool_completed'
  if (!SENDING.test(name)) return undefined
  return call.arguments.map((argument) => eventIn(argument)).find((event) => event !== undefined)
}

/** The event that an argument names: itself, or as the type of an object. */
function eventIn(argument: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(argument)) return EVENT.test(argument.text) ? argument.text : undefined
  if (ts.isCallExpression(argument))
    return argument.arguments.map((one) => eventIn(one)).find((event) => event !== undefined)
  if (!ts.isObjectLiteralExpression(argument)) return undefined
  for (const property of argument.properties) {
    if (!ts.isPropertyAssignment(property) || !/^(?:type|event|kind|name)$/.test(property.name.getText())) continue
    const event = eventIn(property.initializer)
    if (event !== undefined) return event
  }
  return undefined
}
