/** The command was called wrongly: printed without a stack, exit status 2, and nothing has been written. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
