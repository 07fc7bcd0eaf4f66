import ts from 'typescript-checker'
import { sourceRules } from '../../src/audit/source-rules.js'

/** What one rule finds in files, in the order of the files, looked at as `audit` does: only where a needle is. */
export function found(
  ruleName: string,
  files: Readonly<Record<string, string>>,
): { at: string; message: string; snippet: string }[] {
  const rule = sourceRules().find(({ name }) => name === ruleName)
  if (rule === undefined) throw new Error(`no rule ${ruleName}`)
  const violations = Object.entries(files).flatMap(([file, text]) => {
    if (!rule.needles.some((needle) => text.includes(needle)) || rule.applies?.(text) === false) return []
    return rule.visit(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true))
  })
  return [...violations, ...(rule.finish?.() ?? [])].map(({ file, line, column, message, snippet }) => ({
    at: `${file}:${line}:${column}`,
    message,
    snippet,
  }))
}

/** The messages of what a rule finds in one file. */
export function messages(ruleName: string, text: string): string[] {
  return found(ruleName, { 'a.tsx': text }).map(({ message }) => message)
}
