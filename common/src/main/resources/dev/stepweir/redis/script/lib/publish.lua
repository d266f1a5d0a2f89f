-- Announces a step and returns its new field. The entry comes first: if anything fails after it, an
-- entry that no field names is dropped by the fence. A paused run, whose head is passed, announces
-- nothing: such a step is ready without an entry, and is announced when the run is resumed.
local function publish(queue, run_id, number, ledgers, entry, head)
  local id = head and string.sub(head, 1, 7) == 'PAUSED ' and '0-0'
    or redis.call('XADD', queue, '*', 'd', run_id .. ' ' .. number .. ' ' .. entry)
  return 'READY ' .. number .. '@' .. id .. ledgers
end
