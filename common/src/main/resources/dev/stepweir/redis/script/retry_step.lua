#!lua flags=allow-oom
-- WAITING_FOR_RETRY -> READY once its time has come, never before, by the clock of Redis. The timer
-- of a step that does not wait any more is removed.
-- key run
-- key queue
-- key timers
-- arg run_id
-- arg field
-- arg expected       as the caller read it, or '' when there was no such field
-- arg number         the next dispatch number
-- arg ledgers
-- arg entry
-- arg timer          member of the timers set
-- arg due_millis     when the step may be published
-- ret PUBLISHED | EARLY | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include fence
--@include publish
local run, queue, timers = KEYS[1], KEYS[2], KEYS[3]
local run_id, field, expected, number, ledgers, entry, timer, due_millis = unpack(ARGV)

local now = tonumber(now_millis())
local verdict, head = fence(run, field, 'WAITING_FOR_RETRY', expected)
if verdict ~= 'OK' then
  local stored = redis.call('HGET', run, field) or ''
  if verdict == 'RUN_CLOSED' or not string.find(stored, '^WAITING_FOR_RETRY ') then
    redis.call('ZREM', timers, timer)
  end
  return verdict
end
if tonumber(due_millis) > now then
  redis.call('ZADD', timers, due_millis, timer)
  return 'EARLY'
end
redis.call('HSET', run, field, publish(queue, run_id, number, ledgers, entry, head))
redis.call('ZREM', timers, timer)
return 'PUBLISHED'
