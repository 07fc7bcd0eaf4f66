/**
 * What Redis runs, each as one atomic step. A user's log is a stream, whose entries are `<epoch>-<seq>`, and a hash beside it:
 * `epoch`, `seq` and `id` of the last event, `before` and `beforeId` of the last dropped one, and `=<event id>` with the `seq`
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
local epoch, seq, id, before, beforeId = unpack(redis.call('HMGET', hash, 'epoch', 'seq', 'id', 'before', 'beforeId'))
seq, before = tonumber(seq), tonumber(before)
local born = not (epoch and seq and before) or redis.call('XLEN', stream) ~= seq - before
if born then
  local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  local old = tonumber(epoch or (last and string.match(last[1], '^%d+')) or 0)
  redis.call('DEL', stream, hash)
  epoch = string.format('%.0f', math.max(time[1] * 1000000 + time[2], old + 1))
  seq, id, before, beforeId = 0, '', 0, ''
end

local function trim()
  local first = before
  repeat
    local over = seq - before - max
    local count = math.min(math.max(over, 0) + 1, 100)
    local entries = redis.call('XRANGE', stream, epoch .. '-' .. (before + 1), '+', 'COUNT', count)
    local dropped = 0
    for _, entry in ipairs(entries) do
      local fields = entry[2]
      if over <= 0 and now - tonumber(fields[2]) <= age then break end
      redis.call('HDEL', hash, fields[4])
      before, beforeId, over, dropped = before + 1, fields[4], over - 1, dropped + 1
    end
  until dropped < count
  if before > first then redis.call('XTRIM', stream, 'MAXLEN', seq - before) end
  return before > first
end

local function save()
  redis.call('HSET', hash, 'epoch', epoch, 'seq', seq, 'id', id, 'before', before, 'beforeId', beforeId)
end

local function keep()
  for _, key in ipairs(KEYS) do
    if redis.call('PTTL', key) < age * 1.5 then redis.call('PEXPIRE', key, age * 2) end
  end
end

local trimmed = trim()
`

/**
 * Appends events, and gives a position for each: `[epoch, seq, id, seq, id …]`.
 * Keys: stream, hash. Arguments: events kept, milliseconds kept, channel, then id and JSON of each event; an id
 * of `''` asks for the last position instead.
 */
export const APPEND = `${LOG}
local answer, grown = { epoch }, false
for at = 4, #ARGV, 2 do
  local event = ARGV[at]
  local known = event ~= '' and redis.call('HGET', hash, event)
  if known then
    answer[#answer + 1] = tonumber(known)
    answer[#answer + 1] = event
  else
    if event ~= '' then
      seq, id, grown = seq + 1, event, true
      redis.call('XADD', stream, epoch .. '-' .. seq, 't', string.format('%.0f', now), 'i', id, 'e', ARGV[at + 1])
      redis.call('HSET', hash, id, seq)
      if seq - before > max then trim() end
    end
    answer[#answer + 1] = seq
    answer[#answer + 1] = id
  end
end
if born or trimmed or grown then save() end
keep()
if grown then redis.call('PUBLISH', ARGV[3], '') end
return answer
`

/**
 * Reads what follows a position: `[epoch, seq, id, before, beforeId, id at the position, JSON, JSON …]`.
 * Keys as above. Arguments: events kept, milliseconds kept, epoch and seq of the position (`0` and `0`: the oldest), limit.
 */
export const READ = `${LOG}
if born or trimmed then save() end
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
