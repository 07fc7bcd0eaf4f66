// What an application has that gathers its imports in one file of its own.
export * as canonical from '@switchyard/dispatcher'
export * as core from '@switchyard/core'
export * as enhanced from '@switchyard/enhanced'
export * as legacy from '@switchyard/legacy'
export * as requestScoped from '@switchyard/request-scoped'
