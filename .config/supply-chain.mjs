// @ts-check

/** What npm runs by itself when a package is installed, packed or published, or its repository is. */
const byItself =
  /^(?:(?:pre|post)?(?:install|prepare|pack|publish|uninstall|version)|prepublishOnly|dependencies|(?:pre|post)?shrinkwrap)$/u

const registry = 'https://registry.npmjs.org/'

/**
 * The scripts of a manifest that npm would run by itself. Ours have none: whoever installs runs nobody's code.
 *
 * @param {{ scripts?: Readonly<Record<string, string>> }} manifest
 * @returns {string[]} their names
 */
export function scriptsThatRunByThemselves({ scripts = {} }) {
  return Object.keys(scripts).filter((name) => byItself.test(name))
}

/**
 * What is wrong with a lockfile: bytes that nothing vouches for, or that come from anywhere but the registry.
 *
 * @param {import('./bill-of-materials.mjs').Lockfile} packages The `packages` of `package-lock.json`.
 * @returns {string[]} a sentence for each fault
 */
export function lockfileFaults(packages) {
  return Object.entries(packages).flatMap(([place, { link, integrity, resolved }]) => {
    if (!place.includes('node_modules/') || link === true) return []
    return [
      ...(integrity?.startsWith('sha512-')
        ? []
        : [`${place} must say what its bytes hash to, with SHA-512; it says ${integrity}`]),
      ...(resolved === undefined || resolved.startsWith(registry)
        ? []
        : [`${place} must come from ${registry}; it comes from ${resolved}`]),
    ]
  })
}
