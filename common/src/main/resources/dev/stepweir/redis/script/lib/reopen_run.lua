--@include set_deadline
-- Opens a FAILED run again: it is listed by when it was submitted, and one that has a deadline has its
-- whole time once more. The head is the caller's to write.
local function reopen_run(run, run_id, open, failed, timers, submitted, deadline, now)
  redis.call('HDEL', run, 'finished', 'why')
  redis.call('ZREM', failed, run_id)
  redis.call('ZADD', open, submitted or now, run_id)
  if deadline then set_deadline(run, run_id, timers, string.match(deadline, '%d+$'), now) end
end
