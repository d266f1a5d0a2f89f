#!lua flags=allow-oom
-- Stores a worker's description under its id.
-- key records
-- arg worker
-- arg record         its description as JSON
-- ret REGISTERED
local records = KEYS[1]
local worker, record = ARGV[1], ARGV[2]

redis.call('HSET', records, worker, record)
return 'REGISTERED'
