#!lua flags=allow-oom
-- Stores a worker's description under its id, and that there was a worker with its handlers. Said
-- again with every heartbeat, in case Redis lost it. One that has not beaten yet is listed among the
-- heartbeats, since only there is looked for those that have fallen silent.
-- key records
-- key handlers       every handler that a worker ever had, and when one last started with it
-- key names          the last epoch of each worker's name
-- key workers        last beat of each worker
-- arg worker
-- arg record         its description as JSON
-- arg started_millis
-- arg handler*       names
-- ret REGISTERED | SUPERSEDED
--@include superseded
--@include clock
local records, handlers, names, workers = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local worker, record, started_millis = ARGV[1], ARGV[2], ARGV[3]

if superseded(names, worker) then return 'SUPERSEDED' end
redis.call('HSET', records, worker, record)
redis.call('ZADD', workers, 'NX', now_millis(), worker)
for n = 4, #ARGV do
  local last = tonumber(redis.call('HGET', handlers, ARGV[n]) or 0)
  if tonumber(started_millis) > last then redis.call('HSET', handlers, ARGV[n], started_millis) end
end
return 'REGISTERED'
