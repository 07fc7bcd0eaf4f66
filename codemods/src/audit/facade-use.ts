/** What `audit` says about code that uses what a facade gave it; the places come from the migration's plan. */
export const facadeUse = {
  name: 'facade-use',
  why: 'It works through a facade, and breaks on the day that the facade is taken away.',
  fix: 'Run `switchyard migrate`, which calls the one dispatcher instead.',
} as const
