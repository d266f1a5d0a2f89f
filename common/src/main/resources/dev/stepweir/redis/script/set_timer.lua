#!lua flags=allow-oom
-- Sets a step's timer where it is missing, or moves one that is there to a later time. The step
-- itself says when it is due, so an early or lost timer does no harm.
-- key timers
-- arg timer
-- arg due_millis
-- arg only           MISSING or LATER
-- ret SET | KEPT
local timers = KEYS[1]
local timer, due_millis, only = ARGV[1], ARGV[2], ARGV[3]

local changed
if only == 'MISSING' then
  changed = redis.call('ZADD', timers, 'NX', due_millis, timer)
else
  changed = redis.call('ZADD', timers, 'XX', 'GT', 'CH', due_millis, timer)
end
if changed > 0 then return 'SET' end
return 'KEPT'
