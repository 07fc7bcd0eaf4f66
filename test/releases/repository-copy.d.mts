/**
 * Copies this repository as it is now, with changes that are not committed yet, into a git repository of its own without
 * tags. What is built comes along; third parties' packages are linked, ours are the copy's own.
 *
 * @param {string} folder Must lie outside this repository.
 */
export declare function copyRepository(folder: string): Promise<void>;
//# sourceMappingURL=repository-copy.d.mts.map