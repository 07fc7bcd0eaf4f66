import { createRequire } from 'node:module'
import type ts from '#typescript'

const require = createRequire(import.meta.url)
let loaded: typeof ts | undefined

/** TypeScript, loaded when it is first asked for: that takes longer than searching a thousand files. */
export function typescript(): typeof ts {
  return (loaded ??= require('typescript-checker') as typeof ts)
}
