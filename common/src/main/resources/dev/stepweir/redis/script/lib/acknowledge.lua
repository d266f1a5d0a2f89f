-- Removes one entry from its queue and from the pending list.
local function acknowledge(queue, group, entry_id)
  redis.pcall('XACK', queue, group, entry_id)
  redis.call('XDEL', queue, entry_id)
end
