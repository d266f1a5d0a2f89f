#!lua flags=allow-oom
-- Renews a worker's record and the leases it holds. Ownership is checked before idle is reset: a
-- plain claim by a late heartbeat would steal the entry back from its new owner.
-- key workers        last beat of each worker
-- key lease*         per lease: run, queue
-- arg group
-- arg consumer
-- arg lease*         per lease: field, expected, entry id, begun field, begun
-- ret per lease HELD | LOST | RUN_CLOSED
--@include clock
local workers = KEYS[1]
local group, consumer = ARGV[1], ARGV[2]

redis.call('ZADD', workers, now_millis(), consumer)
local answers = {}
for n = 1, (#KEYS - 1) / 2 do
  local run, queue = KEYS[n * 2], KEYS[n * 2 + 1]
  local i = n * 5 - 2
  local field, expected, entry_id, begun_field, begun =
    ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local seen = redis.call('HMGET', run, 'head', field)
  local state = string.match(seen[1] or '', '^%S+')
  if state ~= 'RUNNING' and state ~= 'PAUSED' then
    answers[n] = 'RUN_CLOSED'
  elseif seen[2] ~= expected then
    answers[n] = 'LOST'
  else
    local pending = redis.pcall('XPENDING', queue, group, entry_id, entry_id, 1, consumer)
    if pending.err or #pending == 0 then
      answers[n] = 'LOST'
    else
      redis.call('XCLAIM', queue, group, consumer, 0, entry_id, 'JUSTID')
      redis.call('HSET', run, begun_field, begun)
      answers[n] = 'HELD'
    end
  end
end
return answers
