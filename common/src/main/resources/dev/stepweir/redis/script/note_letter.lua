#!lua flags=allow-oom
-- Keeps what people have found out about a dead letter, beside its run.
-- key run
-- key history
-- key letters
-- arg letter_id
-- arg field
-- arg expected       the field as the caller read it, or '' when there was none
-- arg notes
-- arg event          history record up to the time
-- ret NOTED | CHANGED | GONE
--@include clock
local run, history, letters = KEYS[1], KEYS[2], KEYS[3]
local letter_id, field, expected, notes, event = unpack(ARGV)

local letter = redis.call('HGET', letters, letter_id)
local stored = redis.call('HMGET', run, 'head', field)
if not letter or not stored[1] then return 'GONE' end
if (stored[2] or '') ~= expected then return 'CHANGED' end
redis.call('HSET', run, field, notes)
redis.call('RPUSH', history, now_millis() .. ' ' .. event)
return 'NOTED'
