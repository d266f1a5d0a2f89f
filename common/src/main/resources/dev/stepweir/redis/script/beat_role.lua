#!lua flags=allow-oom
-- Shows that a role process lives, and forgets those that fell silent long ago.
-- key roles          last sign of life of each role process
-- arg role
-- arg silent_millis  time without a sign after which one is forgotten
-- ret SHOWN
--@include clock
local roles = KEYS[1]
local role, silent_millis = ARGV[1], tonumber(ARGV[2])

local now = now_millis()
redis.call('ZADD', roles, now, role)
redis.call('ZREMRANGEBYSCORE', roles, '-inf', string.format('%.0f', tonumber(now) - silent_millis))
return 'SHOWN'
