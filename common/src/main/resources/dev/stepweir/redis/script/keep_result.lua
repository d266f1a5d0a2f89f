#!lua flags=allow-oom
-- Keeps the result of a step under the key that it has claimed, for every step that shares the key.
-- It comes before the commit: who begins after a crash between the two finds it, and commits it.
-- key shared
-- arg claim
-- arg result         tagged value
-- arg kept_millis
-- ret KEPT | ALREADY | LOST
local shared = KEYS[1]
local claim, result, kept_millis = ARGV[1], ARGV[2], ARGV[3]

local seen = redis.call('HMGET', shared, 'claim', 'result')
if seen[1] ~= claim then return 'LOST' end
if seen[2] then return 'ALREADY' end
redis.call('HSET', shared, 'result', result)
redis.call('PEXPIRE', shared, kept_millis)
return 'KEPT'
