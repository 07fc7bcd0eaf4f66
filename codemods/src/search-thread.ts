import { workerData } from 'node:worker_threads'
import { missIn } from './read-sources.js'
import { searchBatches, type SharedSearch } from './search-threads.js'

const shared = workerData as SharedSearch
searchBatches(shared, missIn(shared.needles))
