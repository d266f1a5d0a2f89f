#!lua flags=allow-oom
-- READY -> PARKED: the breaker of what the step depends on does not let it through. Nothing is
-- charged. Its place among the parked is the time at which it was first ready.
-- key run
-- key history
-- key queue
-- key parked         the dependency's parked steps
-- key dependencies   names of the dependencies that have some
-- key names          the last epoch of each worker's name
-- arg group
-- arg worker
-- arg entry_id
-- arg field
-- arg expected
-- arg next           the step's new field
-- arg member         of the set of parked steps
-- arg ready_millis   when it was first ready
-- arg dependency
-- arg most           events that the history may have, if this one is to be added
-- arg event          history record up to the time
-- ret PARKED | ALREADY | STALE | RUN_CLOSED | GONE
--@include superseded
--@include clock
--@include note
--@include fence
--@include acknowledge
local run, history, queue, parked, dependencies, names =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local group, worker, entry_id, field, expected, next, member, ready_millis, dependency, most, event =
  unpack(ARGV)

if superseded(names, worker) then return 'STALE' end
local verdict = fence(run, field, 'READY', expected)
acknowledge(queue, group, entry_id)
if verdict ~= 'OK' then return verdict end
redis.call('HSET', run, field, next)
redis.call('ZADD', parked, ready_millis, member)
redis.call('SADD', dependencies, dependency)
note(history, most, now_millis(), event)
return 'PARKED'
