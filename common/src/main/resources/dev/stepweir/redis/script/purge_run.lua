#!lua flags=allow-oom
-- Removes a closed run and all that belongs to it, its caller's key too: nothing is left behind.
-- key run
-- key history
-- key finished       the set that lists it: completed, failed or cancelled
-- key workflow
-- key dlq
-- key letters
-- key claim          to which run the caller's key belongs
-- key blob*          values kept outside the run
-- arg run_id
-- arg finished_before_millis  only a run that closed earlier is removed
-- arg letter_id*     the letters that its steps may have left
-- ret PURGED | OPEN | YOUNG | GONE
local run, history, finished, workflow, dlq, letters, claim =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local run_id, finished_before_millis = ARGV[1], ARGV[2]

local closed_at = redis.call('ZSCORE', finished, run_id)
local seen = redis.call('HMGET', run, 'head', 'finished')
if not seen[1] then
  redis.call('ZREM', finished, run_id)
  return 'GONE'
end
if not closed_at or not seen[2] then return 'OPEN' end
if tonumber(closed_at) >= tonumber(finished_before_millis) then return 'YOUNG' end
for i = 3, #ARGV do
  local letter = redis.call('HGET', letters, ARGV[i])
  if letter then
    redis.call('XDEL', dlq, letter)
    redis.call('HDEL', letters, ARGV[i])
  end
end
if string.sub(redis.call('GET', claim) or '', 1, #run_id) == run_id then
  redis.call('UNLINK', claim)
end
for i = 8, #KEYS do redis.call('UNLINK', KEYS[i]) end
redis.call('UNLINK', run, history)
redis.call('ZREM', finished, run_id)
if redis.call('HINCRBY', workflow, 'runs', -1) <= 0 then redis.call('UNLINK', workflow) end
return 'PURGED'
