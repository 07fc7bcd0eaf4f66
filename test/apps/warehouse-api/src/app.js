'use strict';

const http = require('http');
const { attachDispatcher } = require('./dispatch');
const { errorMiddleware } = require('./http/errors');
const { Router } = require('./http/router');
const { EventRecorder } = require('./events/recorder');
const { Store } = require('./store');
const routes = require('./routes');

function createApp({ store = new Store(), recorder = new EventRecorder() } = {}) {
  const router = new Router();
  router.use(attachDispatcher(store, recorder));
  routes(router, { store, recorder });
  router.use(errorMiddleware);
  return http.createServer(router.listener());
}

module.exports = { createApp };
