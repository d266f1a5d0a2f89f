#!lua flags=allow-oom
-- Lets workers read a queue again.
-- key paused         the queues that are held up
-- arg queue
-- arg channel        where workers hear of it
-- ret RESUMED | ALREADY
local paused = KEYS[1]
local queue, channel = ARGV[1], ARGV[2]

if redis.call('HDEL', paused, queue) == 0 then return 'ALREADY' end
redis.call('PUBLISH', channel, queue)
return 'RESUMED'
