#!lua flags=allow-oom
-- A RUNNING run that dead steps block waits until it is tried again, with its timer. Not if the
-- number of its dead steps has changed since the caller found that another attempt may help.
-- key run
-- key history
-- key timers
-- arg run_id         also its member of the timers set
-- arg expected       the run's head as the caller read it, before its dead steps
-- arg attempt        the run's attempt as the caller read it; 1 where the run says none
-- arg next           the attempt that it waits for
-- arg delay_millis
-- arg event          history record up to the time
-- arg field*         every step of the workflow
-- ret WAITING | MOVING | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include blocked
local run, history, timers = KEYS[1], KEYS[2], KEYS[3]
local run_id, expected, attempt, next, delay_millis, event =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local seen = redis.call('HMGET', run, 'head', 'attempt', 'retry')
local head = seen[1]
if not head then return 'GONE' end
if string.sub(head, 1, 8) ~= 'RUNNING ' then return 'RUN_CLOSED' end
if seen[3] then return 'ALREADY' end
if head ~= expected or (seen[2] or '1') ~= attempt then return 'STALE' end
if not blocked(run, ARGV, 7) then return 'MOVING' end
local now = now_millis()
local due = string.format('%.0f', tonumber(now) + tonumber(delay_millis))
redis.call('HSET', run, 'retry', next .. ' ' .. due)
redis.call('ZADD', timers, due, run_id)
redis.call('RPUSH', history, now .. ' ' .. event)
return 'WAITING'
