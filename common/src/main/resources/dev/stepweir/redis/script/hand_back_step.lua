#!lua flags=allow-oom
-- A worker returns a step that it will not finish: published again at once, nothing charged.
-- key run
-- key history
-- key queue
-- arg group
-- arg run_id
-- arg entry_id
-- arg field
-- arg expected
-- arg number         the next dispatch number
-- arg ledgers
-- arg entry
-- arg most           events that the history may have, if this one is to be added
-- arg event          history record up to the time
-- ret PUBLISHED | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include note
--@include fence
--@include publish
--@include acknowledge
local run, history, queue = KEYS[1], KEYS[2], KEYS[3]
local group, run_id, entry_id, field, expected, number, ledgers, entry, most, event = unpack(ARGV)

local verdict, head = fence(run, field, 'READY', expected)
acknowledge(queue, group, entry_id)
if verdict ~= 'OK' then return verdict end
note(history, most, now_millis(), event)
redis.call('HSET', run, field, publish(queue, run_id, number, ledgers, entry, head))
return 'PUBLISHED'
