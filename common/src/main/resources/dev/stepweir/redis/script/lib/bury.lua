-- Makes a step a dead letter: one entry per letter, a second death replaces the first.
local function bury(run, run_id, head, field, dead, letter_id, letter, dlq, letters, inbox, now)
  local old = redis.call('HGET', letters, letter_id)
  local id = redis.call('XADD', dlq, '*', 'letter', letter_id, 'died', now, 'd', letter)
  if old then redis.call('XDEL', dlq, old) end
  redis.call('HSET', letters, letter_id, id)
  local state, hash, deaths = string.match(head, '^(%S+) (%S+) ?(%d*)')
  local count = (tonumber(deaths) or 0) + 1
  redis.call('HSET', run, field, dead .. id,
    'head', state .. ' ' .. hash .. ' ' .. string.format('%d', count))
  redis.call('XADD', inbox, '*', 'settle', run_id)
end
