export type Registry = import('./verdaccio.mjs').Registry;
/** @typedef {import('./verdaccio.mjs').Registry} Registry */
/** The facade that throws after the second release, and the one that is gone. */
export declare const finalFacade: {
    name: string;
    package: string;
    code: string;
};
export declare const removedFacade: {
    name: string;
    package: string;
    code: string;
};
/**
 * @param {string} repository
 * @param {Registry} registry
 */
export declare function firstRelease(repository: string, registry: Registry): Promise<void>;
/**
 * @param {string} repository
 * @param {Registry} registry
 */
export declare function secondRelease(repository: string, registry: Registry): Promise<void>;
//# sourceMappingURL=maintainer.d.mts.map