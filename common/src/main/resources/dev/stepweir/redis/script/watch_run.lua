#!lua flags=allow-oom
-- Asks to be told when a run closes; a run that is closed already is told at once. Nobody says when
-- they stop waiting: the oldest of many is dropped, and asks again within seconds if it still waits.
-- key run
-- arg channel
-- ret head of the run, or '' when there is none
local MOST_WATCHERS = 64
local run, channel = KEYS[1], ARGV[1]

local seen = redis.call('HMGET', run, 'head', 'watch')
local head, watch = seen[1], seen[2]
if not head then return '' end
local state = string.match(head, '^%S+')
if state == 'COMPLETED' or state == 'FAILED' or state == 'CANCELLED' then return head end
if not watch then
  redis.call('HSET', run, 'watch', channel)
elseif not string.find(' ' .. watch .. ' ', ' ' .. channel .. ' ', 1, true) then
  local _, spaces = string.gsub(watch, ' ', ' ')
  if spaces + 1 >= MOST_WATCHERS then watch = string.match(watch, ' (.*)') end
  redis.call('HSET', run, 'watch', watch .. ' ' .. channel)
end
return head
