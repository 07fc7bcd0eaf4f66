'use strict';

const { createApp } = require('./app');

const port = process.env.PORT || 8090;
createApp().listen(port, () => console.log(`warehouse-api on http://localhost:${port}`));
