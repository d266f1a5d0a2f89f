-- Announces a step and returns its new field. The entry comes first: if anything fails after it, an
-- entry that no field names is dropped by the fence.
local function publish(queue, run_id, number, ledgers, entry)
  local id = redis.call('XADD', queue, '*', 'd', run_id .. ' ' .. number .. ' ' .. entry)
  return 'READY ' .. number .. '@' .. id .. ledgers
end
