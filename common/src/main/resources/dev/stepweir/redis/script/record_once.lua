#!lua flags=allow-oom
-- Notes the result of something that a handler did under a name, so that later attempts need not do
-- it again: the first note stays. Only the current dispatch may write one.
-- key run
-- key blob           where a large result is kept
-- arg field
-- arg expected
-- arg note           field of the note
-- arg value          tagged value
-- arg large_value    content of the blob, or ''
-- ret NOTED | KEPT | ALREADY | STALE | RUN_CLOSED | GONE
--@include fence
local run, blob = KEYS[1], KEYS[2]
local field, expected, note, value, large_value = unpack(ARGV)

local verdict = fence(run, field, 'READY', expected)
if verdict ~= 'OK' then return verdict end
if redis.call('HEXISTS', run, note) == 1 then return 'KEPT' end
if large_value ~= '' then redis.call('SET', blob, large_value) end
redis.call('HSET', run, note, value)
return 'NOTED'
