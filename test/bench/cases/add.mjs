// @ts-check
// The work that every case does: two numbers, validated and added by an asynchronous function.
import { z } from 'zod'

/** A schema of its own for each case, as in an application. */
export const addSchema = () => z.object({ a: z.number(), b: z.number() })

/** @param {{ a: number, b: number }} input */
export const add = async ({ a, b }) => a + b

/** New for each call, as parameters are. */
export const parameters = () => ({ a: 1.5, b: 2 })

/** The same as a model writes it. */
export const json = '{"a":1.5,"b":2}'

export const answer = 3.5
