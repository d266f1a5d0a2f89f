#!lua flags=allow-oom
-- READY or WAITING_FOR_RETRY -> READY because an operator asked: published again at once, with all
-- its attempts before it. A worker that executes it has lost it.
-- key run
-- key history
-- key queue
-- key left           the queue that its entry may be in
-- key timers
-- arg group
-- arg run_id
-- arg entry_id
-- arg field
-- arg expected
-- arg number         the next dispatch number
-- arg ledgers        with the base moved
-- arg entry
-- arg timer          member of the timers set
-- arg event          history record up to the time
-- ret PUBLISHED | CHANGED | RUN_CLOSED | GONE
--@include clock
--@include publish
--@include acknowledge
local run, history, queue, left, timers = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local group, run_id, entry_id, field, expected, number, ledgers, entry, timer, event = unpack(ARGV)

local seen = redis.call('HMGET', run, 'head', field)
local head, stored = seen[1], seen[2]
if not head then return 'GONE' end
local state = string.match(stored or '', '^%S+')
if stored ~= expected or (state ~= 'READY' and state ~= 'WAITING_FOR_RETRY') then
  return 'CHANGED'
end
if string.sub(head, 1, 8) ~= 'RUNNING ' then return 'RUN_CLOSED' end
local ready = publish(queue, run_id, number, ledgers, entry)
acknowledge(left, group, entry_id)
redis.call('HSET', run, field, ready)
redis.call('ZREM', timers, timer)
redis.call('RPUSH', history, now_millis() .. ' ' .. event)
return 'PUBLISHED'
