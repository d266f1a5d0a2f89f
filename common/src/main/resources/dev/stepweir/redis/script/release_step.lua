#!lua flags=allow-oom
-- PARKED -> READY: the step's turn has come, as a probe, in a wave, or because the breaker has
-- closed. A step that is not parked any more leaves the set. So does one whose run is paused: it is
-- announced, and asks again, when the run is resumed.
-- key run
-- key history
-- key queue
-- key parked         the dependency's parked steps
-- key dependencies   names of the dependencies that have some
-- arg run_id
-- arg field
-- arg expected       as the caller read it, or '' when there was no such field
-- arg number         the next dispatch number
-- arg ledgers        with what lets it pass
-- arg entry
-- arg member         of the set of parked steps
-- arg dependency
-- arg most           events that the history may have, if this one is to be added
-- arg event          history record up to the time
-- ret PUBLISHED | HELD_UP | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include note
--@include fence
--@include publish
--@include unpark
local run, history, queue, parked, dependencies = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local run_id, field, expected, number, ledgers, entry, member, dependency, most, event =
  unpack(ARGV)

local verdict, head = fence(run, field, 'PARKED', expected)
if verdict ~= 'OK' then
  local stored = redis.call('HGET', run, field) or ''
  if verdict ~= 'RUN_CLOSED' and string.find(stored, '^PARKED ') then return verdict end
end
if verdict == 'OK' then
  local now = now_millis()
  redis.call('HSET', run, field, publish(queue, run_id, number, ledgers, entry, head))
  note(history, most, now, event)
  verdict = string.sub(head, 1, 7) == 'PAUSED ' and 'HELD_UP' or 'PUBLISHED'
end
unpark(parked, dependencies, member, dependency)
return verdict
