#!lua
-- Accepts a run: stores it as SUBMITTED and rings the inbox. A caller's key is claimed for it in the
-- same moment, so that a key has one run. Without allow-oom: a full Redis refuses.
-- key run            the new run
-- key open           the partition's open runs
-- key inbox          the orchestrators' doorbell
-- key workflow       the definition, by content hash
-- key blob           where a large input is kept
-- key claim          to which run the caller's key belongs
-- arg run_id
-- arg hash           content hash of the definition
-- arg definition     the definition, or '' when the caller believes that it is stored
-- arg name           the workflow's name
-- arg input          tagged value
-- arg large_input    content of the blob, or ''
-- arg watch          channel to tell when the run closes, or ''
-- arg caller_key     or ''
-- arg claimed        run, definition and input that the key stands for
-- ret ACCEPTED | ALREADY | CONFLICT | KEY_TAKEN | UNKNOWN_WORKFLOW
--@include clock
local run, open, inbox, workflow, blob, claim =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local run_id, hash, definition, name, input, large_input, watch, caller_key, claimed = unpack(ARGV)

local head = redis.call('HGET', run, 'head')
if head then
  if string.match(head, '^%S+ (%S+)') == hash then return 'ALREADY' end
  return 'CONFLICT'
end
if caller_key ~= '' and redis.call('GET', claim) then return 'KEY_TAKEN' end
if redis.call('HEXISTS', workflow, 'json') == 0 then
  if definition == '' then return 'UNKNOWN_WORKFLOW' end
  redis.call('HSET', workflow, 'json', definition, 'name', name)
end
local now = now_millis()
redis.call('HINCRBY', workflow, 'runs', 1)
redis.call('HSET', run, 'head', 'SUBMITTED ' .. hash, 'name', name, 'submitted', now, 'input', input)
if large_input ~= '' then redis.call('SET', blob, large_input) end
if caller_key ~= '' then
  redis.call('SET', claim, claimed)
  redis.call('HSET', run, 'key', caller_key)
end
if watch ~= '' then redis.call('HSET', run, 'watch', watch) end
redis.call('ZADD', open, now, run_id)
redis.call('XADD', inbox, '*', 'start', run_id)
return 'ACCEPTED'
