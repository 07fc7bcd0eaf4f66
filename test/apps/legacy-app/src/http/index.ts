/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

export { listenerFor } from "./listener.js";
export { Router } from "./router.js";
export { securedBy } from "./secured.js";
export * as routes from "./routes/index.js";
