#!lua flags=allow-oom
-- Stores a worker's description under its id, and that there was a worker with its handlers.
-- key records
-- key handlers       every handler that a worker ever had, and when one last started with it
-- arg worker
-- arg record         its description as JSON
-- arg started_millis
-- arg handler*       names
-- ret REGISTERED
local records, handlers = KEYS[1], KEYS[2]
local worker, record, started_millis = ARGV[1], ARGV[2], ARGV[3]

redis.call('HSET', records, worker, record)
for n = 4, #ARGV do redis.call('HSET', handlers, ARGV[n], started_millis) end
return 'REGISTERED'
