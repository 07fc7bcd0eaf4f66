import { facadeImport } from './facade-import.js'
import { facadeUse } from './facade-use.js'
import { sourceRules } from './source-rules.js'
import { twoCopies } from './two-copies.js'

/** What a rule is about. */
export interface Explanation {
  /** Why it matters, in one sentence. */
  readonly why: string
  /** What to do about it, in one sentence. */
  readonly fix: string
}

const explanations = new Map<string, Explanation>(
  [facadeImport, facadeUse, ...sourceRules(), twoCopies].map(({ name, why, fix }) => [name, { why, fix }]),
)

/** For what concerns a whole file, such as `parse-error`: its message says the rest. */
const aboutFiles: Explanation = {
  why: 'A file that could not be read, or not be changed with certainty, is left as it is, and may be on a facade.',
  fix: 'Repair what the message says, and run the command again.',
}

/** What a rule is about, by the name that findings carry. */
export function explanationOf(rule: string): Explanation {
  return explanations.get(rule) ?? aboutFiles
}
