import { fileURLToPath } from 'node:url';

// src/ and dist/ are siblings of data/ and public/, so the same relative path works built and unbuilt.
export const dataDir = fileURLToPath(new URL('../data/', import.meta.url));
export const publicDir = fileURLToPath(new URL('../public/', import.meta.url));
