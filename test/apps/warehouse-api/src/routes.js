'use strict';

const { ToolStatus, contextOf } = require('./dispatch');
const { HttpError } = require('./http/errors');
const services = require('./services');

/** @param {import('./http/router').Router} router */
module.exports = function routes(router, { store, recorder }) {
  router.get('/stock', async (req, res) => {
    const result = await req.dispatcher.dispatch('stock_level', {
      warehouse: req.badge.warehouse,
      sku: req.query.get('sku'),
    });
    if (result.status === ToolStatus.ERROR) throw new HttpError(422, result.message);
    res.json(200, result.payload.result);
  });

  router.post('/write-offs', async (req, res) => {
    const { sku } = req.body;
    // Throws for everybody but admins; errorMiddleware makes a 403 of it.
    const written = await req.dispatcher.executeTool('write_off', { warehouse: req.badge.warehouse, sku });
    if (!written.success) {
      return res.json(422, { error: written.error });
    }
    res.json(200, written.result);
  });

  router.post('/picks', async (req, res) => {
    const picking = new services.PickingService(contextOf(req.badge), { store, recorder });
    const outcome = await picking.pick(req.body.lines);
    res.json(outcome.ok ? 200 : 409, { ...outcome, calls: picking.calls });
    await picking.close();
  });

  router.get('/replenishment', async (req, res) => {
    res.json(200, await services.replenish(contextOf(req.badge), store, Number(req.query.get('minimum') || 5)));
  });

  router.get('/label', async (req, res) => {
    res.json(200, { zpl: await services.label(contextOf(req.badge), req.query.get('sku'), 1) });
  });

  router.get('/tools', (req, res) => {
    res.json(200, { tools: req.dispatcher.getAvailableTools(), active: req.dispatcher.isActive() });
  });

  router.get('/events', (req, res) => res.json(200, recorder.of(req.badge.userId)));

  return router;
};
