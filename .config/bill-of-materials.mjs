// @ts-check
import { randomUUID } from 'node:crypto'
import { posix } from 'node:path'

/**
 * One entry of `packages` in `package-lock.json`.
 *
 * @typedef {object} Locked
 * @property {string} [name] Only where the folder is called otherwise, as for an alias.
 * @property {string} [version]
 * @property {boolean} [link] Stands for the entry at `resolved`.
 * @property {string} [resolved]
 * @property {string} [integrity]
 * @property {string} [license]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @typedef {Readonly<Record<string, Locked>>} Lockfile The `packages` of `package-lock.json`, by place. */

/**
 * What a package of ours brings along at run time, as CycloneDX 1.5 from the lockfile. `npm sbom --omit dev` cannot say it
 * of a workspace: it leaves out whatever the repository itself needs for development too.
 *
 * @param {string} place The package's folder, relative to the lockfile, with slashes.
 * @param {Lockfile} lockfile
 */
export function billOfMaterials(place, lockfile) {
  /** @type {Map<string, string[]>} */
  const needs = new Map([[place, []]])
  // What is added while the map is walked is walked too.
  for (const [from, found] of needs) {
    const { dependencies = {}, optionalDependencies = {} } = lockedAt(from, lockfile)
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const to = resolved(name, from, lockfile)
      if (to === undefined && name in optionalDependencies) continue
      if (to === undefined) throw new Error(`package-lock.json has no ${name}, which ${from} needs: run npm install`)
      found.push(to)
      if (!needs.has(to)) needs.set(to, [])
    }
  }
  const places = [...needs.keys()]
  const refOf = (/** @type {string} */ each) => purlOf(each, lockedAt(each, lockfile))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: { timestamp: new Date().toISOString(), component: componentAt(place, lockfile) },
    components: places.filter((each) => each !== place).map((each) => componentAt(each, lockfile)),
    dependencies: places.map((each) => ({ ref: refOf(each), dependsOn: (needs.get(each) ?? []).map(refOf) })),
  }
}

/**
 * @param {string} place
 * @param {Lockfile} lockfile
 */
function componentAt(place, lockfile) {
  const locked = lockedAt(place, lockfile)
  const [algorithm, digest] = locked.integrity?.split('-') ?? []
  const hashes =
    algorithm === 'sha512' && digest !== undefined
      ? [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }]
      : []
  const license = locked.license === undefined ? [] : [{ expression: locked.license }]
  const purl = purlOf(place, locked)
  return {
    type: 'library',
    'bom-ref': purl,
    name: nameOf(place, locked),
    version: locked.version,
    purl,
    licenses: license,
    hashes,
  }
}

/**
 * Where Node finds a package from a place: beside it or further up.
 *
 * @param {string} name
 * @param {string} from
 * @param {Lockfile} lockfile
 * @returns {string | undefined}
 */
function resolved(name, from, lockfile) {
  for (let folder = from; ; folder = posix.dirname(folder)) {
    const key = posix.join(folder, 'node_modules', name)
    const locked = lockfile[key]
    if (locked !== undefined) return locked.link === true ? locked.resolved : key
    if (folder === '.') return undefined
  }
}

/**
 * @param {string} place
 * @param {Lockfile} lockfile
 */
function lockedAt(place, lockfile) {
  const locked = lockfile[place]
  if (locked === undefined) throw new Error(`package-lock.json knows no ${place}: run npm install`)
  return locked
}

/**
 * @param {string} place
 * @param {Locked} locked
 */
function nameOf(place, { name }) {
  return name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/**
 * @param {string} place
 * @param {Locked} locked
 */
function purlOf(place, locked) {
  return `pkg:npm/${nameOf(place, locked).replace('@', '%40')}@${locked.version}`
}
