#!lua flags=allow-oom
-- Claims a key that steps of several runs share, for one dispatch of one of them. The dispatch is
-- the lease: a claim is over when another dispatch of its step is current, which only the partition
-- of that run knows. Who finds the key held looks there, and says which claim it saw to be over; one
-- that is over never comes back, so what was seen stays true.
-- key shared
-- arg claim          run, dispatch and step that claim it
-- arg over           the claim that the caller saw to be over, or ''
-- arg kept_millis    how long an unfinished claim is kept
-- ret CLAIMED | DONE | HELD, the claim, its token, its age in milliseconds, the tagged result or ''
--@include clock
local shared = KEYS[1]
local claim, over, kept_millis = ARGV[1], ARGV[2], ARGV[3]

local now = now_millis()
local seen = redis.call('HMGET', shared, 'claim', 'token', 'since', 'result')
local held, token, since, result = seen[1], seen[2], seen[3], seen[4]
local function answer(word)
  return { word, held, token, string.format('%.0f', math.max(0, now - since)), result or '' }
end
if result then return answer('DONE') end
if held and held ~= claim and held ~= over then return answer('HELD') end
if held ~= claim then
  -- By the clock, so that it also rises over a key that was forgotten.
  token = string.format('%.0f', math.max(tonumber(now), (tonumber(token) or 0) + 1))
  held, since = claim, now
  redis.call('HSET', shared, 'claim', claim, 'token', token, 'since', now)
  redis.call('PEXPIRE', shared, kept_millis)
end
return answer('CLAIMED')
