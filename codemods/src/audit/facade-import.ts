/** What `audit` says about a module that loads a facade; the places come from the migration's plan. */
export const facadeImport = {
  name: 'facade-import',
  why: 'A facade is deprecated, and the version that its code names takes it away.',
  fix: 'Run `switchyard migrate`, which imports from @switchyard/dispatcher instead.',
} as const
