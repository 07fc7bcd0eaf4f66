/**
 * Installs the facades into a fresh copy of the application with another installer than npm, and runs its tests.
 *
 * @param {string} name
 * @param {string} folder
 * @param {import('./verdaccio.mjs').Registry} registry
 */
export declare function installWith(name: string, folder: string, registry: import('./verdaccio.mjs').Registry): Promise<void>;
//# sourceMappingURL=installers.d.mts.map