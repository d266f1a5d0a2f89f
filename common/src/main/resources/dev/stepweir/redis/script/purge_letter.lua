#!lua flags=allow-oom
-- Removes a dead letter because an operator asked. A step that is dead stays so, and does not name
-- the letter any more.
-- key run
-- key history
-- key dlq
-- key letters
-- arg letter_id
-- arg entry          the letter's entry as the caller saw it
-- arg field
-- arg event          history record up to the time
-- ret PURGED | CHANGED | GONE
--@include clock
local run, history, dlq, letters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local letter_id, entry, field, event = unpack(ARGV)

local letter = redis.call('HGET', letters, letter_id)
local stored = redis.call('HGET', run, field)
if not letter then return 'GONE' end
if letter ~= entry then return 'CHANGED' end
redis.call('XDEL', dlq, entry)
redis.call('HDEL', letters, letter_id)
if stored then
  redis.call('RPUSH', history, now_millis() .. ' ' .. event)
  if string.sub(stored, 1, 5) == 'DEAD ' then
    redis.call('HSET', run, field, (string.gsub(stored, ' dlq=%S+', '')))
  end
end
return 'PURGED'
