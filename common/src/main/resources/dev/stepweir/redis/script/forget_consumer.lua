#!lua flags=allow-oom
-- Removes a consumer that holds nothing and whose worker fell silent long ago. In one script: what is
-- pending is lost with its consumer.
-- key stream
-- key workers        last beat of each worker
-- arg group
-- arg consumer
-- arg silent_millis  time without a beat after which it is forgotten
-- ret FORGOTTEN | HOLDING | ALIVE | GONE
--@include clock
local stream, workers = KEYS[1], KEYS[2]
local group, consumer, silent_millis = ARGV[1], ARGV[2], tonumber(ARGV[3])

local beat = tonumber(redis.call('ZSCORE', workers, consumer) or 0)
if tonumber(now_millis()) - beat <= silent_millis then return 'ALIVE' end
local pending = redis.pcall('XPENDING', stream, group, '-', '+', 1, consumer)
if pending.err then return 'GONE' end
if #pending > 0 then return 'HOLDING' end
redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer)
return 'FORGOTTEN'
