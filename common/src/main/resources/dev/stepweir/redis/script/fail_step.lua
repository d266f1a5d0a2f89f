#!lua flags=allow-oom
-- READY -> WAITING_FOR_RETRY with its timer, or READY -> DEAD with its dead letter.
-- key run
-- key history
-- key queue
-- key timers
-- key dlq
-- key letters
-- key inbox
-- key names          the last epoch of each worker's name
-- arg group
-- arg worker         who reports it, or '' if it is no worker
-- arg run_id
-- arg entry_id
-- arg field
-- arg expected
-- arg next           the step's new field up to the due time or the letter's id
-- arg delay_millis   until the retry, or -1 when there is none
-- arg error_field
-- arg error_text
-- arg timer          member of the timers set
-- arg letter_id
-- arg letter         the dead letter, or ''
-- arg event          history record up to the time
-- ret WAITING | DEAD | ALREADY | STALE | RUN_CLOSED | GONE
--@include superseded
--@include clock
--@include fence
--@include acknowledge
--@include bury
local run, history, queue, timers, dlq, letters, inbox, names =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local group, worker, run_id, entry_id, field, expected, next, delay_millis, error_field, error_text,
  timer, letter_id, letter, event = unpack(ARGV)

if superseded(names, worker) then return 'STALE' end
local verdict, head = fence(run, field, 'READY', expected)
acknowledge(queue, group, entry_id)
if verdict ~= 'OK' then return verdict end
local now = now_millis()
redis.call('HSET', run, error_field, error_text)
redis.call('RPUSH', history, now .. ' ' .. event)
if letter ~= '' then
  bury(run, run_id, head, field, next, letter_id, letter, dlq, letters, inbox, now)
  return 'DEAD'
end
local due = string.format('%.0f', tonumber(now) + tonumber(delay_millis))
redis.call('HSET', run, field, next .. due)
redis.call('ZADD', timers, due, timer)
return 'WAITING'
