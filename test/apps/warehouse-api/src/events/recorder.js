'use strict';

/** Keeps the last events, for /events and for the screens above the packing tables. */
class EventRecorder {
  constructor(size = 500) {
    this.size = size;
    this.events = [];
  }

  sendEvent(type, data) {
    this.events.push({ type, userId: data.userId, toolName: data.toolName });
    if (this.events.length > this.size) this.events.shift();
    return true;
  }

  of(userId) {
    return this.events.filter((event) => event.userId === userId);
  }
}

module.exports = { EventRecorder };
