'use strict';

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// Has to come last. Four parameters, or the router takes it for a handler.
function errorMiddleware(err, req, res, next) {
  if (err instanceof HttpError) return res.json(err.status, { error: err.message });
  if (err.name === 'PermissionError') return res.json(403, { error: 'Your badge does not allow that' });
  res.json(500, { error: err.message });
}

module.exports = { HttpError, errorMiddleware };
