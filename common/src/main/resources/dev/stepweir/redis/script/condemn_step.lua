#!lua flags=allow-oom
-- READY, WAITING_FOR_RETRY or PARKED -> DEAD because an operator asked, with its dead letter. A
-- worker that executes it has lost it.
-- key run
-- key history
-- key left           the queue that its entry may be in
-- key timers
-- key dlq
-- key letters
-- key inbox
-- key parked         the parked steps of what it depends on
-- key dependencies   names of the dependencies that have some
-- arg group
-- arg run_id
-- arg entry_id
-- arg field
-- arg expected
-- arg dead           the step's new field up to the letter's id
-- arg error_field
-- arg error_text
-- arg timer          member of the timers set, and of the set of parked steps
-- arg dependency     whose breaker may hold it back
-- arg letter_id
-- arg letter
-- arg event          history record up to the time
-- ret DEAD | CHANGED | RUN_CLOSED | GONE
--@include clock
--@include acknowledge
--@include bury
--@include unpark
local run, history, left, timers, dlq, letters, inbox, parked, dependencies =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local group, run_id, entry_id, field, expected, dead, error_field, error_text, timer, dependency,
  letter_id, letter, event = unpack(ARGV)

local seen = redis.call('HMGET', run, 'head', field)
local head, stored = seen[1], seen[2]
if not head then return 'GONE' end
local state = string.match(stored or '', '^%S+')
if stored ~= expected or (state ~= 'READY' and state ~= 'WAITING_FOR_RETRY' and state ~= 'PARKED') then
  return 'CHANGED'
end
if string.sub(head, 1, 8) ~= 'RUNNING ' and string.sub(head, 1, 7) ~= 'PAUSED ' then
  return 'RUN_CLOSED'
end
local now = now_millis()
acknowledge(left, group, entry_id)
redis.call('ZREM', timers, timer)
if state == 'PARKED' then unpark(parked, dependencies, timer, dependency) end
redis.call('HSET', run, error_field, error_text)
redis.call('RPUSH', history, now .. ' ' .. event)
bury(run, run_id, head, field, dead, letter_id, letter, dlq, letters, inbox, now)
return 'DEAD'
