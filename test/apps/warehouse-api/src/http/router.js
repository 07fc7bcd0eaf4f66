'use strict';

const { HttpError } = require('./errors');

/**
 * @typedef {import('node:http').IncomingMessage & { path: string, query: URLSearchParams, body: any, [key: string]: any }} Request
 * @typedef {import('node:http').ServerResponse & { json(status: number, body: unknown): void }} Response
 */

/** As much of Express as we need. */
class Router {
  constructor() {
    this.stack = [];
  }

  use(handler) {
    this.stack.push({ handler });
    return this;
  }

  get(path, handler) {
    this.stack.push({ method: 'GET', path, handler });
    return this;
  }

  post(path, handler) {
    this.stack.push({ method: 'POST', path, handler });
    return this;
  }

  /** A listener for `http.createServer`. */
  listener() {
    return async (req, res) => {
      const url = new URL(req.url, 'http://localhost');
      req.path = url.pathname;
      req.query = url.searchParams;
      res.json = (status, body) => {
        res.writeHead(status, { 'content-type': 'application/json' });
        res.end(JSON.stringify(body));
      };
      try {
        req.body = await read(req);
        await this.run(req, res, 0);
      } catch (err) {
        const last = this.stack.find(({ handler }) => handler.length === 4);
        last ? last.handler(err, req, res, () => {}) : res.json(500, { error: 'oops' });
      }
    };
  }

  async run(req, res, index) {
    const layer = this.stack[index];
    if (!layer) throw new HttpError(404, `Nothing at ${req.path}`);
    const { method, path, handler } = layer;
    const matches = handler.length < 4 && (!method || (method === req.method && path === req.path));
    if (!matches) return this.run(req, res, index + 1);
    return handler(req, res, () => this.run(req, res, index + 1));
  }
}

async function read(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
}

exports.Router = Router;
