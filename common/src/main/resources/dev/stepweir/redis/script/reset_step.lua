#!lua flags=allow-oom
-- READY, WAITING_FOR_RETRY or PARKED -> READY because an operator asked: published again at once,
-- with all its attempts before it. A worker that executes it has lost it. In a paused run it is ready
-- without an entry.
-- key run
-- key history
-- key queue
-- key left           the queue that its entry may be in
-- key timers
-- key parked         the parked steps of what it depends on
-- key dependencies   names of the dependencies that have some
-- arg group
-- arg run_id
-- arg entry_id
-- arg field
-- arg expected
-- arg number         the next dispatch number
-- arg ledgers        with the base moved
-- arg entry
-- arg timer          member of the timers set, and of the set of parked steps
-- arg dependency     whose breaker may hold it back
-- arg event          history record up to the time
-- ret PUBLISHED | CHANGED | RUN_CLOSED | GONE
--@include clock
--@include publish
--@include unpark
--@include acknowledge
local run, history, queue, left, timers, parked, dependencies =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local group, run_id, entry_id, field, expected, number, ledgers, entry, timer, dependency, event =
  unpack(ARGV)

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
local ready = publish(queue, run_id, number, ledgers, entry, head)
acknowledge(left, group, entry_id)
redis.call('HSET', run, field, ready)
redis.call('ZREM', timers, timer)
if state == 'PARKED' then unpark(parked, dependencies, timer, dependency) end
redis.call('RPUSH', history, now .. ' ' .. event)
return 'PUBLISHED'
