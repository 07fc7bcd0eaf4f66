'use strict'

// Everybody gets dispatchers from here.
exports.contextOf = require('./context')
exports.attachDispatcher = require('./attach').attachDispatcher
exports.ToolStatus = require('@switchyard/legacy').ToolStatus
