#!lua flags=allow-oom
-- Lists a dead letter if its step names it, and removes one that its step does not name: the step is
-- gone, has succeeded or has died again.
-- key run
-- key dlq
-- key letters
-- arg field
-- arg letter_id
-- arg entry_id
-- ret LISTED | REMOVED | ALREADY | GONE
local run, dlq, letters = KEYS[1], KEYS[2], KEYS[3]
local field, letter_id, entry_id = unpack(ARGV)

local stored = redis.call('HGET', run, field) or ''
local listed = redis.call('HGET', letters, letter_id) == entry_id
if string.find(stored .. ' ', ' dlq=' .. entry_id .. ' ', 1, true) then
  if listed then return 'ALREADY' end
  if #redis.call('XRANGE', dlq, entry_id, entry_id) == 0 then return 'GONE' end
  redis.call('HSET', letters, letter_id, entry_id)
  return 'LISTED'
end
local removed = redis.call('XDEL', dlq, entry_id)
if listed then redis.call('HDEL', letters, letter_id) end
if removed == 0 and not listed then return 'GONE' end
return 'REMOVED'
