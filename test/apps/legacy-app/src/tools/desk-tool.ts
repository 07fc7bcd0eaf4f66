import type { z } from 'zod'

export interface DeskTool<Schema extends z.ZodType = z.ZodType> {
	name: string
	description: string
	inputSchema: Schema
	requiredRoles?: string[]
	timeoutMs?: number
	execute(input: z.output<Schema>): unknown
}

/** Only here so that `execute` knows its input. */
export function deskTool<Schema extends z.ZodType>(tool: DeskTool<Schema>): DeskTool<Schema> {
	return tool
}
