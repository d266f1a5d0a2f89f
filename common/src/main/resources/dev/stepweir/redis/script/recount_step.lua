#!lua flags=allow-oom
-- Counts anew what a PENDING step waits for, and publishes one that waits for nothing: a counter that
-- was lost or damaged would hold it for ever.
-- key run
-- key history
-- key queue
-- arg run_id
-- arg field
-- arg entry
-- arg event          history record up to the time, if it is published
-- arg dependency*    fields of the steps that it depends on
-- ret COUNTED | PUBLISHED | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include publish
--@include count_open
local run, history, queue = KEYS[1], KEYS[2], KEYS[3]
local run_id, field, entry, event = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local seen = redis.call('HMGET', run, 'head', field)
local head, stored = seen[1], seen[2]
if not head then return 'GONE' end
local state = string.match(head, '^%S+')
if state ~= 'RUNNING' and state ~= 'PAUSED' then return 'RUN_CLOSED' end
if stored and string.sub(stored, 1, 8) ~= 'PENDING ' then return 'STALE' end
local open = count_open(run, ARGV, 5, #ARGV)
if open == 0 then
  local now = now_millis()
  redis.call('HSET', run, field, publish(queue, run_id, '1', '', entry, head))
  redis.call('RPUSH', history, now .. ' ' .. event)
  return 'PUBLISHED'
end
-- As long as none has succeeded nothing has been counted.
local right = 'PENDING ' .. string.format('%d', open)
if stored == right or (not stored and open == #ARGV - 4) then return 'ALREADY' end
redis.call('HSET', run, field, right)
return 'COUNTED'
