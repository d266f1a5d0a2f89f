#!lua flags=allow-oom
-- SUBMITTED or RUNNING -> PAUSED: nothing more of the run is published. What workers execute may
-- finish; the entries of other steps die when somebody meets them.
-- key run
-- key history
-- arg pause          who asked, and for what reason
-- arg event          history record up to the time
-- ret PAUSED | ALREADY | CLOSED | GONE
--@include clock
local run, history = KEYS[1], KEYS[2]
local pause, event = ARGV[1], ARGV[2]

local head = redis.call('HGET', run, 'head')
if not head then return 'GONE' end
local state, rest = string.match(head, '^(%S+) (.*)$')
if state == 'PAUSED' then return 'ALREADY' end
if state ~= 'SUBMITTED' and state ~= 'RUNNING' then return 'CLOSED' end
local now = now_millis()
redis.call('HSET', run, 'head', 'PAUSED ' .. rest, 'paused', now .. ' ' .. pause)
redis.call('RPUSH', history, now .. ' ' .. event)
return 'PAUSED'
