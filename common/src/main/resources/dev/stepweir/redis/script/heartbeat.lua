#!lua flags=allow-oom
-- Renews a worker's record and the leases it holds. Ownership is checked before idle is reset: a
-- plain claim by a late heartbeat would steal the entry back from its new owner.
-- key workers        last beat of each worker
-- key names          the last epoch of each worker's name
-- key lease*         per lease: run, queue
-- arg group
-- arg consumer
-- arg lease*         per lease: field, expected, entry id, begun field, begun
-- ret per lease HELD | LOST | RUN_CLOSED; SUPERSEDED alone if another has taken the worker's name
--@include superseded
--@include clock
local workers, names = KEYS[1], KEYS[2]
local group, consumer = ARGV[1], ARGV[2]

if superseded(names, consumer) then return { 'SUPERSEDED' } end
redis.call('ZADD', workers, now_millis(), consumer)
local answers = {}
for n = 1, (#KEYS - 2) / 2 do
  local run, queue = KEYS[n * 2 + 1], KEYS[n * 2 + 2]
  local i = n * 5 - 2
  local field, expected, entry_id, begun_field, begun =
    ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  -- A key that holds something else is that run's affair: other leases are renewed.
  local seen = redis.pcall('HMGET', run, 'head', field)
  local state = not seen.err and string.match(seen[1] or '', '^%S+')
  if seen.err then
    answers[n] = 'LOST'
  elseif state ~= 'RUNNING' and state ~= 'PAUSED' then
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
