// @ts-check
// Fails when a package ships something else than its released version does, and no changeset says so.
import { unannounced } from './release-preconditions.mjs'
import { workspaces } from './workspaces.mjs'

const faults = unannounced(workspaces())
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
