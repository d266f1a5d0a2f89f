#!lua flags=allow-oom
-- Lists a queue's name where reapers and workers look for it.
-- key queues         names of the partition's queues
-- arg queue
-- ret LISTED | ALREADY
local queues = KEYS[1]
local queue = ARGV[1]

if redis.call('SADD', queues, queue) == 1 then return 'LISTED' end
return 'ALREADY'
