#!lua flags=allow-oom
-- Tries a run again whose time has come, never before: its DEAD steps become READY. More than fit
-- into one call come in several, and until the last the run keeps its timer. A step that somebody
-- moved meanwhile is left alone. A run that another attempt cannot help any more stops waiting, and
-- is settled. The timer of a run that does not wait any more is removed.
-- key run
-- key history
-- key timers
-- key inbox
-- key queue*         queues of the steps to publish
-- arg run_id         also its member of the timers set
-- arg expected       what the run waits for, as the caller read it
-- arg aim            RETRIED, MORE when dead steps are left for another call, or GIVEN_UP
-- arg event          history record up to the time
-- arg step*          per step to publish: queue's key index, field, expected, number, ledgers, entry
-- ret RETRIED | MORE | GIVEN_UP | EARLY | ALREADY | RUN_CLOSED | GONE
--@include clock
--@include publish
local run, history, timers, inbox = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local run_id, expected, aim, event = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local seen = redis.call('HMGET', run, 'head', 'retry')
local head, retry = seen[1], seen[2]
local running = head and string.sub(head, 1, 8) == 'RUNNING '
if not running or not retry then
  redis.call('ZREM', timers, run_id)
  return not head and 'GONE' or not running and 'RUN_CLOSED' or 'ALREADY'
end
if retry ~= expected then return 'ALREADY' end
local attempt, due = string.match(retry, '^(%d+) (%d+)$')
local now = now_millis()
if tonumber(due) > tonumber(now) then
  redis.call('ZADD', timers, due, run_id)
  return 'EARLY'
end
if aim == 'GIVEN_UP' then
  redis.call('HDEL', run, 'retry')
  redis.call('ZREM', timers, run_id)
  redis.call('RPUSH', history, now .. ' ' .. event)
  redis.call('XADD', inbox, '*', 'settle', run_id)
  return 'GIVEN_UP'
end
local hash, deaths = string.match(head, '^%S+ (%S+) ?(%d*)')
local left = tonumber(deaths) or 0
-- Step and head in one write each: if a publishing fails, what is before it is whole.
for i = 5, #ARGV, 6 do
  local field, stored = ARGV[i + 1], ARGV[i + 2]
  if string.sub(stored, 1, 5) == 'DEAD ' and redis.call('HGET', run, field) == stored then
    left = left - 1
    local ready = publish(KEYS[tonumber(ARGV[i])], run_id, ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
    redis.call('HSET', run, field, ready,
      'head', 'RUNNING ' .. hash .. (left > 0 and ' ' .. string.format('%d', left) or ''))
  end
end
if aim == 'MORE' then return 'MORE' end
redis.call('HSET', run, 'attempt', attempt)
redis.call('HDEL', run, 'retry')
redis.call('ZREM', timers, run_id)
redis.call('RPUSH', history, now .. ' ' .. event)
return 'RETRIED'
