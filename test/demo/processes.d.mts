export type Outcome = {
    status: number;
    stdout: string;
    stderr: string;
};
/**
 * Runs a command to its end.
 *
 * @param {string} folder Where it runs.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show?: boolean, env?: Record<string, string>, timeoutMs?: number }} [options] `show`: it prints to this
 *   program's own terminal, and leaves no text behind. `timeoutMs`: ended after that, default 120,000.
 * @returns {Promise<Outcome>}
 */
export declare function run(folder: string, command: string, args: readonly string[], { show, env, timeoutMs }?: {
    show?: boolean;
    env?: Record<string, string>;
    timeoutMs?: number;
}): Promise<Outcome>;
/**
 * Starts a server and waits for the line in which it says where it is.
 *
 * @param {string} folder
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ ready: RegExp, env?: Record<string, string>, timeoutMs?: number }} options `ready`: its first group is given back.
 * @returns {Promise<{ address: string, stop(): Promise<void> }>}
 */
export declare function serve(folder: string, command: string, args: readonly string[], { ready, env, timeoutMs }: {
    ready: RegExp;
    env?: Record<string, string>;
    timeoutMs?: number;
}): Promise<{
    address: string;
    stop(): Promise<void>;
}>;
/** Ends whatever still runs, at once. */
export declare function endAll(): void;
//# sourceMappingURL=processes.d.mts.map