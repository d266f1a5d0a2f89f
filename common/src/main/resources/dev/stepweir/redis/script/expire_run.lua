#!lua flags=allow-oom
-- RUNNING or PAUSED -> FAILED once the run's deadline has passed, never before, by the clock of Redis.
-- The timer of a deadline that does not hold any more is removed. Entries of the run and its other
-- timers die when somebody meets them.
-- key run
-- key history
-- key open
-- key failed
-- key timers
-- arg run_id
-- arg timer          the deadline's member of the timers set
-- arg why            the reason that the run shows
-- arg channel        where workers hear of it
-- arg event          history record up to the time
-- ret EXPIRED | EARLY | NO_DEADLINE | RUN_CLOSED | GONE
--@include clock
--@include close_run
local run, history, open, failed, timers = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local run_id, timer, why, channel, event = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local seen = redis.call('HMGET', run, 'head', 'deadline')
local head, deadline = seen[1], seen[2]
local state = string.match(head or '', '^%S+')
if not deadline or (state ~= 'RUNNING' and state ~= 'PAUSED') then
  redis.call('ZREM', timers, timer)
  return not head and 'GONE' or not deadline and 'NO_DEADLINE' or 'RUN_CLOSED'
end
local now, due = now_millis(), string.match(deadline, '^%d+')
if tonumber(due) > tonumber(now) then
  redis.call('ZADD', timers, due, timer)
  return 'EARLY'
end
redis.call('ZREM', timers, timer)
close_run(run, run_id, 'FAILED', head, open, failed, now, why)
redis.call('RPUSH', history, now .. ' ' .. event)
redis.call('PUBLISH', channel, run_id)
return 'EXPIRED'
