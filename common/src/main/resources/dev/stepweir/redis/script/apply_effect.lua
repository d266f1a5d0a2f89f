#!lua flags=allow-oom
-- A receiver's side of an effect: it is applied once, and not for an execution that was given up:
-- one whose token is lower than another that was seen.
-- key effect
-- arg token
-- arg applied        tagged: what the effect was, or '' to announce the token only
-- arg kept_millis    how long it is remembered after the last word about it
-- ret APPLIED | ANNOUNCED | ALREADY | REFUSED
local effect = KEYS[1]
local token, applied, kept_millis = ARGV[1], ARGV[2], ARGV[3]

local seen = redis.call('HMGET', effect, 'token', 'applied')
if seen[2] then return 'ALREADY' end
if seen[1] and tonumber(seen[1]) > tonumber(token) then return 'REFUSED' end
redis.call('HSET', effect, 'token', token)
if applied ~= '' then redis.call('HSET', effect, 'applied', applied) end
redis.call('PEXPIRE', effect, kept_millis)
return applied ~= '' and 'APPLIED' or 'ANNOUNCED'
