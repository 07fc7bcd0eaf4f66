import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { dataDir } from '../paths.js'
import { refundPolicy, users } from '../store/index.js'
import { deskTool } from '../tools/desk-tool.js'

interface Requests {
  count: number
  errors: number
  slowest: number
}

export const logAnalyzer = deskTool({
  name: 'log_analyzer',
  description: 'Requests, errors and slowest answer by path or by user, from the desk log',
  inputSchema: z.object({ by: z.enum(['path', 'user']).default('path'), minStatus: z.number().int().default(0) }),
  async execute({ by, minStatus }) {
    const log = await readFile(join(dataDir, 'desk.log'), 'utf8')
    const groups = new Map<string, Requests>()
    for (const line of log.split('\n')) {
      const [, , user, , path, status, duration] = line.split(' ')
      if (duration === undefined || Number(status) < minStatus) continue
      const key = by === 'path' ? path : user
      const group = groups.get(key) ?? { count: 0, errors: 0, slowest: 0 }
      group.count += 1
      if (Number(status) >= 500) group.errors += 1
      group.slowest = Math.max(group.slowest, Number.parseInt(duration, 10))
      groups.set(key, group)
    }
    return [...groups].map(([key, group]) => ({ key, ...group })).sort((a, b) => b.count - a.count || a.key.localeCompare(b.key))
  },
})

export const systemConfig = deskTool({
  name: 'system_config',
  description: 'Read the refund policy, or change the amount above which a refund needs an approval',
  inputSchema: z.object({ approvalAboveCents: z.number().int().min(0).max(100_000).optional() }),
  execute({ approvalAboveCents }) {
    const before = refundPolicy.approvalAboveCents
    if (approvalAboveCents !== undefined) refundPolicy.approvalAboveCents = approvalAboveCents
    return { before, approvalAboveCents: refundPolicy.approvalAboveCents, windowDays: refundPolicy.windowDays }
  },
})

export const userPermissions = deskTool({
  name: 'user_permissions',
  description: 'Who has which role',
  requiredRoles: ['admin'],
  inputSchema: z.object({ role: z.string().optional() }),
  execute({ role }) {
    return users.filter((user) => role === undefined || user.roles.includes(role)).map(({ id, roles }) => ({ id, roles }))
  },
})

export const adminTools = [logAnalyzer, systemConfig, userPermissions]
