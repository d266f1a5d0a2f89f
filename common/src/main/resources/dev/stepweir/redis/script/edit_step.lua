#!lua flags=allow-oom
-- DEAD -> DEAD with another input: what an operator says flows in from the next attempt on.
-- key run
-- key history
-- key blob           where a large input goes
-- arg field
-- arg expected
-- arg edited         the step's field with this edit counted
-- arg input_field
-- arg input          the input as the run keeps it
-- arg large_input    the input itself when it is kept outside the run, or ''
-- arg event          history record up to the time
-- ret EDITED | CHANGED | RUN_CLOSED | GONE
--@include clock
local run, history, blob = KEYS[1], KEYS[2], KEYS[3]
local field, expected, edited, input_field, input, large_input, event = unpack(ARGV)

local seen = redis.call('HMGET', run, 'head', field)
local head, stored = seen[1], seen[2]
if not head then return 'GONE' end
if stored ~= expected or string.sub(stored, 1, 5) ~= 'DEAD ' then return 'CHANGED' end
local state = string.match(head, '^%S+')
if state ~= 'RUNNING' and state ~= 'PAUSED' and state ~= 'FAILED' then return 'RUN_CLOSED' end
if large_input ~= '' then
  redis.call('SET', blob, large_input)
else
  redis.call('UNLINK', blob)
end
redis.call('HSET', run, field, edited, input_field, input)
redis.call('RPUSH', history, now_millis() .. ' ' .. event)
return 'EDITED'
