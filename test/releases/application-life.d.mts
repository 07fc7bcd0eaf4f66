export type Registry = import('./verdaccio.mjs').Registry;
/** @typedef {import('./verdaccio.mjs').Registry} Registry */
/** The facades as the application installs them. */
export declare const facades: string[];
/**
 * Copies the application and installs the facades into it from the registry.
 *
 * @param {string} folder
 * @param {Registry} registry
 * @returns {Promise<string>} the application's folder
 */
export declare function liveOnFacades(folder: string, registry: Registry): Promise<string>;
/**
 * @param {string} app
 * @param {Registry} registry
 */
export declare function leaveFacades(app: string, registry: Registry): Promise<void>;
/**
 * An application that was installed before the second release, and is brought up to date after it.
 *
 * @param {string} app
 * @param {Registry} registry
 */
export declare function meetNextStage(app: string, registry: Registry): Promise<void>;
/**
 * @param {string} command
 * @param {string} output
 */
export declare function expectNotices(command: string, output: string): void;
/**
 * @param {string} folder
 * @param {Registry} registry
 * @param {string} command
 * @param {readonly string[]} args
 */
export declare function succeed(folder: string, { env }: Registry, command: string, args: readonly string[]): Promise<import("../demo/processes.mjs").Outcome>;
//# sourceMappingURL=application-life.d.mts.map