/** The changes that a person makes where the codemod leaves the decision to one. */
export declare const decisions: string;
export type PackedWorkspace = import('../../.config/pack.mjs').PackedWorkspace;
/** @typedef {import('../../.config/pack.mjs').PackedWorkspace} PackedWorkspace */
/**
 * Copies the application into a git repository of its own.
 *
 * @param {string} folder Must lie outside this repository: in here, an uninstalled facade would be found further up.
 */
export declare function copySources(folder: string): Promise<void>;
/**
 * Copies the application as {@link copySources} does, and installs what its manifest asks for.
 *
 * @param {string} folder Must lie outside this repository.
 * @param {readonly PackedWorkspace[]} packed
 * @returns {Promise<string[]>} the packages of ours that it got
 */
export declare function copyApplication(folder: string, packed: readonly PackedWorkspace[]): Promise<string[]>;
/**
 * Installs the `switchyard` command as `npx -p @switchyard/codemods` would: apart from the application.
 *
 * @param {string} folder
 * @param {readonly PackedWorkspace[]} packed
 * @returns {string} the command's path
 */
export declare function installCommand(folder: string, packed: readonly PackedWorkspace[]): string;
/**
 * @param {string} folder
 * @param {string} message
 */
export declare function commitAll(folder: string, message: string): Promise<void>;
/**
 * Runs git as somebody, whatever this machine's own settings are.
 *
 * @param {string} folder
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
export declare function git(folder: string, ...args: string[]): Promise<string>;
/**
 * Compiles the application as its own build script does.
 *
 * @param {string} folder
 */
export declare function buildApplication(folder: string): Promise<void>;
/**
 * The whole road without its story: migrates, makes the decisions, migrates what they were about, installs anew.
 *
 * @param {string} folder
 * @param {string} switchyard The command's path.
 * @param {readonly PackedWorkspace[]} packed
 * @returns {Promise<string[]>} the packages of ours that are installed then
 */
export declare function leaveFacades(folder: string, switchyard: string, packed: readonly PackedWorkspace[]): Promise<string[]>;
//# sourceMappingURL=application.d.mts.map