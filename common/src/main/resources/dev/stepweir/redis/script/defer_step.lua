#!lua flags=allow-oom
-- READY -> WAITING_FOR_RETRY for nothing: the step cannot go on yet, and was not begun.
-- key run
-- key queue
-- key timers
-- key names          the last epoch of each worker's name
-- arg group
-- arg worker
-- arg entry_id
-- arg field
-- arg expected
-- arg next           the step's new field up to the due time
-- arg delay_millis
-- arg timer          member of the timers set
-- arg wait_field
-- arg wait           what it waits for
-- ret WAITING | ALREADY | STALE | RUN_CLOSED | GONE
--@include superseded
--@include clock
--@include fence
--@include acknowledge
local run, queue, timers, names = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, worker, entry_id, field, expected, next, delay_millis, timer, wait_field, wait =
  unpack(ARGV)

if superseded(names, worker) then return 'STALE' end
local verdict = fence(run, field, 'READY', expected)
acknowledge(queue, group, entry_id)
if verdict ~= 'OK' then return verdict end
local due = string.format('%.0f', tonumber(now_millis()) + tonumber(delay_millis))
redis.call('HSET', run, field, next .. due, wait_field, wait)
redis.call('ZADD', timers, due, timer)
return 'WAITING'
