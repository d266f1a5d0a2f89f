#!lua flags=allow-oom
-- Gives a run's lock back. One that lapsed, or that another holds by now, stays as it is.
-- key lock
-- arg token
-- ret RELEASED | LAPSED
local lock = KEYS[1]
local token = ARGV[1]

if string.match(redis.call('GET', lock) or '', '^%d+') ~= token then return 'LAPSED' end
redis.call('UNLINK', lock)
return 'RELEASED'
