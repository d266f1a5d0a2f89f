#!lua flags=allow-oom
-- DEAD -> READY because an operator asked; a FAILED run is opened again and has its whole time, a
-- paused one stays paused.
-- The dead letter stays until the step has succeeded.
-- key run
-- key history
-- key queue
-- key open
-- key failed
-- key timers
-- arg run_id
-- arg field
-- arg expected
-- arg number         the next dispatch number
-- arg ledgers        with the base moved
-- arg entry
-- arg event          history record up to the time
-- ret PUBLISHED | ALREADY | RUN_CLOSED | GONE
--@include clock
--@include publish
--@include reopen_run
local run, history, queue, open, failed, timers =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local run_id, field, expected, number, ledgers, entry, event = unpack(ARGV)

local seen = redis.call('HMGET', run, 'head', field, 'submitted', 'deadline')
local head, stored, submitted, deadline = unpack(seen, 1, 4)
if not head then return 'GONE' end
if stored ~= expected or string.sub(stored, 1, 5) ~= 'DEAD ' then return 'ALREADY' end
local state, hash, deaths = string.match(head, '^(%S+) (%S+) ?(%d*)')
if state ~= 'RUNNING' and state ~= 'PAUSED' and state ~= 'FAILED' then return 'RUN_CLOSED' end
local now = now_millis()
local left = (tonumber(deaths) or 1) - 1
local new_head = (state == 'PAUSED' and state or 'RUNNING') .. ' ' .. hash ..
  (left > 0 and ' ' .. string.format('%d', left) or '')
local ready = publish(queue, run_id, number, ledgers, entry, head)
redis.call('HSET', run, field, ready, 'head', new_head)
if state == 'FAILED' then
  reopen_run(run, run_id, open, failed, timers, submitted, deadline, now)
end
redis.call('RPUSH', history, now .. ' ' .. event)
return 'PUBLISHED'
