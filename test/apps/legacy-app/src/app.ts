import { createServer, type Server } from 'node:http';
import { AdminDesk } from './admin/admin-desk.js';
import type { DeskConfig } from './config.js';
import { listenerFor, Router, routes, securedBy } from './http/index.js';
import { createJobRunner, type JobRunner } from './jobs/index.js';
import { acceptSockets, SeatTokens, WebSocketManager } from './websocket/index.js';

export interface App {
  router: Router;
  manager: WebSocketManager;
  tokens: SeatTokens;
  jobs: JobRunner;
  /** Resolves to the port that it listens on. */
  listen(port: number, host: string): Promise<number>;
  close(): Promise<void>;
}

export function createApp(config: DeskConfig): App {
  const manager = new WebSocketManager(config.eventHistory);
  const tokens = new SeatTokens(config.tokenMinutes);
  const jobs = createJobRunner(manager);
  const admin = new AdminDesk(config.defaultTimeoutMs);
  const secured = securedBy(tokens, manager);

  const router = new Router()
    .on('GET', '/', routes.page)
    .on('GET', '/healthz', routes.health)
    .on('GET', '/api/users', routes.listUsers)
    .on('POST', '/api/session', routes.signOn(tokens))
    .on('DELETE', '/api/session', secured(routes.signOff(tokens, manager)))
    .on('POST', '/api/runs', secured(routes.startRun(manager)))
    .on('GET', '/api/events', secured(routes.listEvents(manager)))
    .on('GET', '/api/tools', secured(routes.listTools))
    .on('POST', '/api/tools/:tool', secured(routes.runTool))
    .on('GET', '/api/orders', secured(routes.listOrders))
    .on('GET', '/api/orders/:id', secured(routes.showOrder))
    .on('GET', '/api/orders/:id/refund', secured(routes.adviseRefund))
    .on('GET', '/api/orders/:id/invoice', secured(routes.showInvoice))
    .on('GET', '/api/customers/:customer', secured(routes.showCustomer(manager)))
    .on('GET', '/api/refunds', secured(routes.listRefunds))
    .on('POST', '/api/refunds', secured(routes.payRefund))
    .on('GET', '/api/briefing', secured(routes.briefing))
    .on('GET', '/api/jobs', secured(routes.listJobs(jobs)))
    .on('POST', '/api/jobs/:job', secured(routes.runJob(jobs)))
    .on('GET', '/api/admin/overview', secured(routes.adminOverview(admin, manager)))
    .on('POST', '/api/admin/:tool', secured(routes.adminTool(admin)));

  const server: Server = createServer(listenerFor(router));
  const sockets = acceptSockets(server, manager, tokens);

  return {
    router,
    manager,
    tokens,
    jobs,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    async close() {
      manager.closeAll();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
