#!lua flags=allow-oom
-- Lists a run where its state says, and nowhere else. A state that only a later version knows stays
-- listed as it is.
-- key run
-- key open
-- key completed
-- key failed
-- key cancelled
-- arg run_id
-- ret OPEN | CLOSED | UNKNOWN | GONE
local run, open, completed, failed, cancelled = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local run_id = ARGV[1]

local lists = {
  SUBMITTED = open, RUNNING = open, PAUSED = open,
  COMPLETED = completed, FAILED = failed, CANCELLED = cancelled,
}
local seen = redis.call('HMGET', run, 'head', 'submitted', 'finished')
local state = seen[1] and string.match(seen[1], '^%S+')
local right = state and lists[state]
if state and not right then return 'UNKNOWN' end
for _, list in ipairs({ open, completed, failed, cancelled }) do
  if list ~= right then redis.call('ZREM', list, run_id) end
end
if not state then return 'GONE' end
if right == open then
  redis.call('ZADD', open, 'NX', seen[2] or '0', run_id)
  return 'OPEN'
end
redis.call('ZADD', right, 'NX', seen[3] or '0', run_id)
return 'CLOSED'
