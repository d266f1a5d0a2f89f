#!lua flags=allow-oom
-- RUNNING -> FAILED when dead steps block everything that is left.
-- key run
-- key open
-- key failed
-- arg run_id
-- arg why
-- arg field*         every step of the workflow
-- ret FAILED | MOVING | ALREADY | GONE
--@include clock
--@include close_run
--@include blocked
local run, open, failed = KEYS[1], KEYS[2], KEYS[3]
local run_id, why = ARGV[1], ARGV[2]

local head = redis.call('HGET', run, 'head')
if not head then return 'GONE' end
if string.sub(head, 1, 8) ~= 'RUNNING ' then return 'ALREADY' end
if not blocked(run, ARGV, 3) then return 'MOVING' end
close_run(run, run_id, 'FAILED', head, open, failed, now_millis(), why)
return 'FAILED'
