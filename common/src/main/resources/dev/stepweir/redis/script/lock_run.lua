#!lua flags=allow-oom
-- Locks a run for one operator at a time who resumes it, or renews the lock for who holds it. The
-- lock lapses by the clock of Redis when its holder died. Its token rises with every holder of the
-- run; the scripts that resume it ask for the current one.
-- key run
-- key lock
-- arg holder         who asks: unique, so that a repeated call is known
-- arg lease_millis   how long the lock lasts from now on
-- ret HELD | LOCKED | GONE, and the lock: its token, its holder
local run, lock = KEYS[1], KEYS[2]
local holder, lease_millis = ARGV[1], ARGV[2]

if redis.call('HEXISTS', run, 'head') == 0 then return { 'GONE', '' } end
local held = redis.call('GET', lock)
if held and string.match(held, '^%d+ (.*)$') ~= holder then return { 'LOCKED', held } end
if not held then held = redis.call('HINCRBY', run, 'resumes', 1) .. ' ' .. holder end
redis.call('SET', lock, held, 'PX', lease_millis)
return { 'HELD', held }
