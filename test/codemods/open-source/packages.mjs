// @ts-check

/**
 * A package of `package.json` here, and what the proof has to know of it.
 *
 * @typedef {object} OpenSourcePackage
 * @property {string} name
 * @property {RegExp} sources The files, relative to the package, that may be given callers.
 * @property {readonly string[]} callers The folders of `fixtures` that its files get in turn.
 * @property {TypeScriptProject} [project] What the checker needs; absent for one that ships JavaScript alone.
 *
 * @typedef {object} TypeScriptProject
 * @property {Record<string, unknown>} compilerOptions Beyond what all have.
 * @property {readonly string[]} include
 * @property {readonly string[]} [exclude]
 * @property {'' | '.js' | '.ts'} extension How the package names its own files in imports.
 */

const typescript = ['named', 'renamed', 'namespace', 'lazily', 'types', 'scope', 'several', 'bridged', 'marked']
const javascript = ['required', 'required-inside', 'imported-inside']

/** @type {readonly OpenSourcePackage[]} */
export const packages = [
  {
    name: 'rxjs',
    sources: /^src\/.*\.ts$/u,
    callers: typescript,
    project: { compilerOptions: {}, include: ['src'], extension: '' },
  },
  {
    name: 'zod',
    sources: /^src\/(?!.*\/(?:tests|benchmarks)\/).*\.ts$/u,
    callers: typescript,
    project: {
      compilerOptions: { paths: { zod: ['./src/index.ts'], 'zod/*': ['./src/*/index.ts', './src/*.ts'] } },
      include: ['src'],
      extension: '.js',
    },
  },
  {
    name: '@reduxjs/toolkit',
    sources: /^src\/(?!.*tests\/).*\.tsx?$/u,
    callers: typescript,
    project: {
      compilerOptions: { jsx: 'react-jsx', paths: { '@internal/*': ['./src/*'] } },
      include: ['src'],
      extension: '',
    },
  },
  {
    name: '@tanstack/router-core',
    sources: /^src\/.*\.ts$/u,
    callers: typescript,
    project: { compilerOptions: {}, include: ['src'], extension: '' },
  },
  {
    name: 'effect',
    sources: /^src\/.*\.ts$/u,
    callers: typescript,
    project: {
      compilerOptions: { allowImportingTsExtensions: true, exactOptionalPropertyTypes: true },
      include: ['src'],
      extension: '.ts',
    },
  },
  {
    name: 'viem',
    sources: /^(?!_).*\.ts$/u,
    callers: typescript,
    project: { compilerOptions: {}, include: ['**/*.ts'], exclude: ['_*'], extension: '.js' },
  },
  { name: 'typeorm', sources: /^(?!browser\/).*\.js$/u, callers: javascript },
]
