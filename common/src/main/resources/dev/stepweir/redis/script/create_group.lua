#!lua flags=allow-oom
-- Creates a stream's consumer group, and the stream, unless it is there. A group that begins at the end
-- leaves nothing before it.
-- key stream
-- arg group
-- arg from           the entry after which it begins: '$' for the end, '0' for the beginning
-- ret CREATED | ALREADY
--@include create_group
local stream = KEYS[1]
local group, from = ARGV[1], ARGV[2]

local created = create_group(stream, group, from)
if not created.err then return 'CREATED' end
if string.find(created.err, 'BUSYGROUP', 1, true) then return 'ALREADY' end
return created
