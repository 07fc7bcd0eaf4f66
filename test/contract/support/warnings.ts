/** The process warnings that `action` causes, in their order, but those of the deprecation itself. */
export async function warningsOf(action: () => unknown): Promise<Error[]> {
  // Warnings arrive a tick late: let those of earlier work go by.
  await new Promise((resolve) => setImmediate(resolve))
  const warnings: Error[] = []
  const keep = (warning: Error) => warnings.push(warning)
  process.on('warning', keep)
  try {
    await action()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('warning', keep)
  }
  return warnings.filter(({ name }) => name !== 'DeprecationWarning')
}

/** The code that a warning or an error carries. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
