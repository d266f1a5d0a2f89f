#!lua flags=allow-oom
-- Takes a step back whose lease lapsed. Worker silent as well: a crash is charged. Worker alive: the
-- step is published again for nothing. Crash budget used up: READY -> DEAD.
-- key run
-- key history
-- key queue
-- key workers
-- key dlq
-- key letters
-- key inbox
-- arg group
-- arg run_id
-- arg entry_id
-- arg owner          the consumer that the caller saw
-- arg lease_millis   idle time after which an entry may be taken back
-- arg silent_millis  time without a beat after which a worker counts as dead
-- arg field
-- arg expected
-- arg number         the next dispatch number
-- arg free_ledgers
-- arg crash_ledgers
-- arg entry
-- arg dead           the step's field as DEAD up to the letter's id, or '' while budget is left
-- arg letter_id
-- arg letter
-- arg event          history record up to the time
-- ret CRASHED | REDELIVERED | DEAD | RENEWED | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include fence
--@include publish
--@include acknowledge
--@include bury
local run, history, queue, workers, dlq, letters, inbox =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local group, run_id, entry_id, owner, lease_millis, silent_millis, field, expected, number,
  free_ledgers, crash_ledgers, entry, dead, letter_id, letter, event = unpack(ARGV)

local pending = redis.call('XPENDING', queue, group, 'IDLE', lease_millis, entry_id, entry_id, 1)
if #pending == 0 or pending[1][2] ~= owner then return 'RENEWED' end
local verdict, head = fence(run, field, 'READY', expected)
if verdict ~= 'OK' then
  acknowledge(queue, group, entry_id)
  return verdict
end
local now = now_millis()
local beat = redis.call('ZSCORE', workers, owner)
local crashed = not beat or tonumber(now) - tonumber(beat) > tonumber(silent_millis)
acknowledge(queue, group, entry_id)
if crashed and dead ~= '' then
  redis.call('RPUSH', history, now .. ' DEAD ' .. event)
  bury(run, run_id, head, field, dead, letter_id, letter, dlq, letters, inbox, now)
  return 'DEAD'
end
local outcome = crashed and 'CRASHED' or 'REDELIVERED'
redis.call('RPUSH', history, now .. ' ' .. outcome .. ' ' .. event)
redis.call('HSET', run, field,
  publish(queue, run_id, number, crashed and crash_ledgers or free_ledgers, entry))
return outcome
