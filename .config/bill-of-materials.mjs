// @ts-check
import { npm } from './registry.mjs'
import { root } from './workspaces.mjs'

/** @typedef {{ 'bom-ref': string, type: string, name: string, version: string, purl?: string }} Component */
/** @typedef {{ bomFormat: string, metadata: { component: Component }, components: Component[], dependencies: { ref: string, dependsOn: string[] }[] }} BillOfMaterials */

/**
 * What a published package is made of at run time, as CycloneDX: npm's own list of the workspace, with the package as its
 * subject. npm says the repository's root there, which nobody installs.
 *
 * @param {{ name: string, version: string }} workspace
 * @returns {Promise<BillOfMaterials>}
 */
export async function billOfMaterials({ name, version }) {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only', '-w', name]
  const { status, stdout, stderr } = await npm(args, { cwd: root })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${stderr}`)
  /** @type {BillOfMaterials} */
  const bill = JSON.parse(stdout)
  const subject = `${name}@${version}`
  const component = bill.components.find((each) => each['bom-ref'] === subject)
  if (component === undefined) throw new Error(`npm sbom lists no ${subject}: is package-lock.json up to date?`)
  const repository = bill.metadata.component['bom-ref']
  return {
    ...bill,
    metadata: { ...bill.metadata, component },
    components: bill.components.filter((each) => each !== component),
    dependencies: bill.dependencies.filter(({ ref }) => ref !== repository),
  }
}
