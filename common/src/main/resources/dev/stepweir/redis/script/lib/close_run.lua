--@include notify
-- Ends a run and tells who waits for it. The head keeps what follows its state: hash, dead steps. One
-- that was edited by hand is made readable again, so that the run can be listed and removed.
local function close_run(run, run_id, state, head, open, finished, now, why)
  local rest = string.match(head, '^%S+ (%S+)$') or string.match(head, '^%S+ (%S+ %d+)$') or 'unknown'
  redis.call('HSET', run, 'head', state .. ' ' .. rest, 'finished', now)
  if why ~= '' then redis.call('HSET', run, 'why', why) end
  redis.call('ZREM', open, run_id)
  redis.call('ZADD', finished, now, run_id)
  local watch = redis.call('HGET', run, 'watch')
  if watch then notify(watch, run_id, state) end
end
