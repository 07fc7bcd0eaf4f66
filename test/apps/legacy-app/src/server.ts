#!/usr/bin/env node
import { createApp } from './app.js';
import { loadConfig } from './config.js';

const config = loadConfig();
const app = createApp(config);

app.listen(config.port, config.host).then(
  (port) => console.log(`Parcel desk on http://${config.host}:${port}`),
  (error: Error) => {
    console.error(`Could not start: ${error.message}`);
    process.exitCode = 1;
  },
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void app.close().then(() => process.exit(0));
  });
}
