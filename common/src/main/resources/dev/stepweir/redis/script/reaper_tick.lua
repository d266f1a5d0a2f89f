#!lua flags=allow-oom
-- Says that a reaper is about to look, and how long none may take anything back.
-- key reaper         when one last looked, on which server, with what grace and lease
-- arg gap_millis     time without a look that counts as a gap
-- arg lease_millis   the grace after a gap
-- ret milliseconds of grace left
--@include clock
--@include grace
local reaper = KEYS[1]
local gap_millis, lease_millis = ARGV[1], ARGV[2]

local now = tonumber(now_millis())
local until_millis, server = grace_until(reaper, gap_millis, lease_millis, now)
note_look(reaper, server, until_millis, lease_millis, now)
return string.format('%.0f', math.max(0, until_millis - now))
