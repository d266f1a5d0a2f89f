#!lua flags=allow-oom
-- Creates a stream's consumer group, and the stream, unless it is there.
-- key stream
-- arg group
-- arg from           the entry after which it begins: '$' for the end, '0' for the beginning
-- ret CREATED | ALREADY
local stream = KEYS[1]
local group, from = ARGV[1], ARGV[2]

local created = redis.pcall('XGROUP', 'CREATE', stream, group, from, 'MKSTREAM')
if not created.err then return 'CREATED' end
if string.find(created.err, 'BUSYGROUP', 1, true) then return 'ALREADY' end
return created
