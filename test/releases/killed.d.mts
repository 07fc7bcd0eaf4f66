/**
 * Runs a command again and again, killing it and all that it started at the first line of a kind that no run before it
 * came to, until a run ends by itself.
 *
 * @param {string} folder
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env: Record<string, string>, at: RegExp, most?: number }} options `at`: the lines. `most`: kills, default 200.
 * @returns {Promise<number>} how often it was killed
 */
export declare function runUntilNewLine(folder: string, command: string, args: readonly string[], { env, at, most }: {
    env: Record<string, string>;
    at: RegExp;
    most?: number;
}): Promise<number>;
//# sourceMappingURL=killed.d.mts.map