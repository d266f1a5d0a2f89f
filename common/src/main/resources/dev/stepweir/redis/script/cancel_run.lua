#!lua flags=allow-oom
-- Ends a run that has not completed. Its entries and timers die when somebody meets them.
-- key run
-- key history
-- key open
-- key failed
-- key cancelled
-- arg run_id
-- arg why            who asked, and for what reason
-- arg channel        where workers hear of it
-- arg event          history record up to the time
-- ret CANCELLED | ALREADY | COMPLETED | GONE
--@include clock
--@include close_run
local run, history, open, failed, cancelled = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local run_id, why, channel, event = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local head = redis.call('HGET', run, 'head')
if not head then return 'GONE' end
local state = string.match(head, '^%S+')
if state == 'CANCELLED' then return 'ALREADY' end
if state == 'COMPLETED' then return 'COMPLETED' end
local now = now_millis()
redis.call('ZREM', failed, run_id)
close_run(run, run_id, 'CANCELLED', head, open, cancelled, now, why)
redis.call('RPUSH', history, now .. ' ' .. event)
redis.call('PUBLISH', channel, run_id)
return 'CANCELLED'
