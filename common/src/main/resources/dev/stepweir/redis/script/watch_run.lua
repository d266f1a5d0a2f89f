#!lua flags=allow-oom
-- Asks to be told when a run closes; a run that is closed already is told at once.
-- key run
-- arg channel
-- ret head of the run, or '' when there is none
local run, channel = KEYS[1], ARGV[1]

local seen = redis.call('HMGET', run, 'head', 'watch')
local head, watch = seen[1], seen[2]
if not head then return '' end
local state = string.match(head, '^%S+')
if state == 'COMPLETED' or state == 'FAILED' or state == 'CANCELLED' then return head end
if not watch then
  redis.call('HSET', run, 'watch', channel)
elseif not string.find(' ' .. watch .. ' ', ' ' .. channel .. ' ', 1, true) then
  redis.call('HSET', run, 'watch', watch .. ' ' .. channel)
end
return head
