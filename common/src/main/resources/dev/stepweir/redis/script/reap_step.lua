#!lua flags=allow-oom
-- Takes a step back whose lease lapsed, unless leases have grace. Worker silent as well: a crash is
-- charged, and the step is published again at once, or waits first, or is dead when the crash budget
-- is used up. Worker alive: published again for nothing. A worker that missed beats but may live is
-- not decided about: it beats again, or is silent for long, at one of the next looks.
-- key run
-- key history
-- key queue
-- key timers
-- key workers        last beat of each worker
-- key reaper         when one last looked, on which server, with what grace and lease
-- key dlq
-- key letters
-- key inbox
-- arg group
-- arg run_id
-- arg entry_id
-- arg owner          the consumer that the caller saw
-- arg lease_millis   idle time after which an entry may be taken back
-- arg silent_millis  time without a beat after which a worker counts as dead
-- arg gap_millis     time without a look that counts as a gap
-- arg field
-- arg expected
-- arg number         the next dispatch number
-- arg free_ledgers
-- arg crash_ledgers
-- arg entry
-- arg waiting        the step's field as WAITING_FOR_RETRY up to the due time, or ''
-- arg delay_millis   how long it waits
-- arg timer          member of the timers set
-- arg dead           the step's field as DEAD up to the letter's id, or '' while budget is left
-- arg letter_id
-- arg letter
-- arg crash_event    history record up to the time, if a crash is charged
-- arg free_event     and if none is
-- ret CRASHED | WAITING | REDELIVERED | DEAD | GRACE | UNCLEAR | RENEWED | ALREADY | STALE
--       | RUN_CLOSED | GONE
--@include clock
--@include fence
--@include grace
--@include publish
--@include acknowledge
--@include bury
local run, history, queue, timers, workers, reaper, dlq, letters, inbox =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local group, run_id, entry_id, owner, lease_millis, silent_millis, gap_millis, field, expected,
  number, free_ledgers, crash_ledgers, entry, waiting, delay_millis, timer, dead, letter_id, letter,
  crash_event, free_event = unpack(ARGV)

local now = tonumber(now_millis())
local until_millis, server = grace_until(reaper, gap_millis, lease_millis, now)
local pending = redis.pcall('XPENDING', queue, group, 'IDLE', lease_millis, entry_id, entry_id, 1)
local verdict, head = fence(run, field, 'READY', expected)
local beat = redis.call('ZSCORE', workers, owner)

note_look(reaper, server, until_millis, lease_millis, now)
if until_millis > now then return 'GRACE' end
if pending.err or #pending == 0 or pending[1][2] ~= owner then return 'RENEWED' end
local silence = now - (tonumber(beat) or 0)
local alive, dead_or_cut_off = silence <= tonumber(silent_millis) / 2, silence > tonumber(silent_millis)
if verdict == 'OK' and not alive and not dead_or_cut_off then return 'UNCLEAR' end
acknowledge(queue, group, entry_id)
if verdict ~= 'OK' then return verdict end
local time = string.format('%.0f', now)
if alive then
  redis.call('RPUSH', history, time .. ' ' .. free_event)
  redis.call('HSET', run, field, publish(queue, run_id, number, free_ledgers, entry, head))
  return 'REDELIVERED'
end
redis.call('RPUSH', history, time .. ' ' .. crash_event)
if dead ~= '' then
  bury(run, run_id, head, field, dead, letter_id, letter, dlq, letters, inbox, time)
  return 'DEAD'
end
if waiting ~= '' then
  local due = string.format('%.0f', now + tonumber(delay_millis))
  redis.call('HSET', run, field, waiting .. due)
  redis.call('ZADD', timers, due, timer)
  return 'WAITING'
end
redis.call('HSET', run, field, publish(queue, run_id, number, crash_ledgers, entry, head))
return 'CRASHED'
