/**
 * What Redis runs, each as one atomic step. A user's log is a stream, whose entries are `<epoch>-<seq>`, and a hash beside it:
 * `epoch`, `seq` and `id` of the last event, `before` and `beforeId` of the last dropped one, `at`, when the oldest
 * kept one came (or an earlier time), and `=<event id>` with the `seq`
 * of each event that is kept. Ids carry that `=` throughout: `''` is no id.
 *
 * The stream has to hold exactly the entries that the hash counts. Where it does not, something was lost (a key evicted,
 * deleted, not restored), and the log begins anew in a later epoch; cursors of before then read `history-changed`.
 */
const LOG = `
local stream, hash = KEYS[1], KEYS[2]
local max, age = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.call('HMGET', hash, 'epoch', 'seq', 'id', 'before', 'beforeId', 'at')
local epoch, id, beforeId = fields[1], fields[3], fields[5]
local seq, before, at = tonumber(fields[2]), tonumber(fields[4]), tonumber(fields[6])
local changed = not (epoch and seq and before and at) or redis.call('XLEN', stream) ~= seq - before
if changed then
  local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  local old = tonumber(epoch or (last and string.match(last[1], '^%d+')) or 0)
  redis.call('DEL', stream, hash)
  epoch = string.format('%.0f', math.max(time[1] * 1000000 + time[2], old + 1))
  seq, id, before, beforeId, at = 0, '', 0, '', now
end

local function trim()
  while seq - before > max or (seq > before and now - at > age) do
    local count = math.min(math.max(seq - before - max, 0) + 1, 100)
    local dropped = {}
    for _, entry in ipairs(redis.call('XRANGE', stream, epoch .. '-' .. (before + 1), '+', 'COUNT', count)) do
      at = tonumber(entry[2][2])
      if seq - before <= max and now - at <= age then break end
      before, beforeId, changed = before + 1, entry[2][4], true
      dropped[#dropped + 1] = beforeId
    end
    if #dropped > 0 then redis.call('HDEL', hash, unpack(dropped)) end
  end
  if changed then redis.call('XTRIM', stream, 'MAXLEN', seq - before) end
end

local function save()
  if changed then
    redis.call('HSET', hash, 'epoch', epoch, 'before', before, 'beforeId', beforeId, 'at', string.format('%.0f', at))
  end
  redis.call('HSET', hash, 'seq', seq, 'id', id)
end

local function keep()
  if not changed and redis.call('PTTL', hash) >= age * 1.5 then return end
  redis.call('PEXPIRE', hash, age * 2)
  redis.call('PEXPIRE', stream, age * 2)
end

trim()
`

/**
 * Appends events, and gives a position for each: `[epoch, seq, id, seq, id …]`, with `-seq` for one that was there already.
 * Keys: stream, hash. Arguments: events kept, milliseconds kept, channel, then id and JSON of each event; an id
 * of `''` asks for the last position instead.
 */
export const APPEND = `${LOG}
local answer, grown = { epoch }, false
for place = 4, #ARGV, 2 do
  local event = ARGV[place]
  local known = event ~= '' and tonumber(redis.call('HGET', hash, event) or nil)
  if known and known <= seq - max then
    trim()
    known = false
  end
  if known then
    answer[#answer + 1] = -known
    answer[#answer + 1] = event
  else
    if event ~= '' then
      if seq == before then at, changed = now, true end
      seq, id, grown = seq + 1, event, true
      redis.call('XADD', stream, epoch .. '-' .. seq, 't', string.format('%.0f', now), 'i', id, 'e', ARGV[place + 1])
      redis.call('HSET', hash, id, seq)
    end
    answer[#answer + 1] = seq
    answer[#answer + 1] = id
  end
end
trim()
if changed or grown then save() end
keep()
if grown then redis.call('PUBLISH', ARGV[3], epoch .. '-' .. seq) end
return answer
`

/**
 * Reads what follows a position: `[epoch, seq, id, before, beforeId, id at the position, JSON, JSON …]`.
 * Keys as above. Arguments: events kept, milliseconds kept, epoch and seq of the position (`0` and `0`: the oldest), limit.
 */
export const READ = `${LOG}
if changed then save() end
keep()
local from = tonumber(ARGV[4])
if ARGV[3] == '0' and from == 0 then from = before end
local answer = { epoch, seq, id, before, beforeId, '' }
if ARGV[3] == epoch then
  local place = epoch .. '-' .. ARGV[4]
  local entry = redis.call('XRANGE', stream, place, place)[1]
  if entry then answer[6] = entry[2][4] end
end
local limit = tonumber(ARGV[5])
if limit > 0 then
  local first = epoch .. '-' .. string.format('%.0f', from + 1)
  for _, entry in ipairs(redis.call('XRANGE', stream, first, '+', 'COUNT', limit)) do
    answer[#answer + 1] = entry[2][6]
  end
end
return answer
`
