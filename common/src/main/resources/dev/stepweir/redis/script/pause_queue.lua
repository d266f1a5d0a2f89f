#!lua flags=allow-oom
-- Holds a queue up: workers that hear of it, or learn of it with their next heartbeat, do not read it
-- any more. Steps are published to it as ever. What workers execute may finish.
-- key paused         the queues that are held up
-- arg queue
-- arg pause          who asked, and for what reason
-- arg channel        where workers hear of it
-- ret PAUSED | ALREADY
--@include clock
local paused = KEYS[1]
local queue, pause, channel = ARGV[1], ARGV[2], ARGV[3]

if redis.call('HSETNX', paused, queue, now_millis() .. ' ' .. pause) == 0 then return 'ALREADY' end
redis.call('PUBLISH', channel, queue)
return 'PAUSED'
