export type Registry = {
    url: string;
    /**
     * What makes npm, pnpm and yarn take our packages from it, and publish to it.
     */
    env: Record<string, string>;
    stop: () => Promise<void>;
};
/**
 * A registry on this machine.
 *
 * @typedef {object} Registry
 * @property {string} url
 * @property {Record<string, string>} env What makes npm, pnpm and yarn take our packages from it, and publish to it.
 * @property {() => Promise<void>} stop
 */
/** Installs Verdaccio and the other installers from their own lockfile, unless they are there. */
export declare function installTools(): Promise<void>;
/**
 * The path of a command that {@link installTools} installed.
 *
 * @param {string} name
 */
export declare function toolNamed(name: string): string;
/**
 * Starts an empty registry of our packages on a free port. It has no way up: what is not published to it, it does not know.
 *
 * @param {string} folder Where it keeps its files.
 * @returns {Promise<Registry>}
 */
export declare function startRegistry(folder: string): Promise<Registry>;
//# sourceMappingURL=verdaccio.d.mts.map