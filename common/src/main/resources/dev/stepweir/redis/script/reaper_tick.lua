#!lua flags=allow-oom
-- Says that a reaper is about to look, and how long none may take anything back: entries age while
-- Redis is down or nobody looks, so after a gap every lease gets its full time again.
-- key reaper         when one last looked, on which server, and until when leases have grace
-- arg server         names the running server: another one after a restart or a change of role
-- arg gap_millis     time without a look that counts as a gap
-- arg grace_millis
-- ret milliseconds of grace left
--@include clock
local reaper = KEYS[1]
local server, gap_millis, grace_millis = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local now = tonumber(now_millis())
local seen = redis.call('HMGET', reaper, 'tick', 'server', 'grace_until')
local tick, until_millis = tonumber(seen[1]), tonumber(seen[3]) or 0
if not tick or seen[2] ~= server or now - tick > gap_millis or tick > now then
  until_millis = now + grace_millis
end
redis.call('HSET', reaper, 'tick', string.format('%.0f', now), 'server', server,
  'grace_until', string.format('%.0f', until_millis))
return string.format('%.0f', math.max(0, until_millis - now))
