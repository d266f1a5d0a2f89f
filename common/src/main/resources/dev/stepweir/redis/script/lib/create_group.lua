-- Creates a stream's consumer group, and the stream. What a stream holds before the beginning of its
-- group is delivered to nobody: it goes, and the steps that it announced are published again.
local function create_group(stream, group, from)
  local created = redis.pcall('XGROUP', 'CREATE', stream, group, from, 'MKSTREAM')
  if not created.err and from == '$' then redis.call('XTRIM', stream, 'MAXLEN', 0) end
  return created
end
