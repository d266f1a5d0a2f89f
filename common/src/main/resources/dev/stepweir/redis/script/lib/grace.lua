-- Until when leases have grace. Entries age while Redis is down and while nobody looks, so after a
-- gap, on another server (a restart, a change of master) or when the clock went back, every lease
-- gets its full time again. On another server workers have to find it first: a client tries again
-- after up to 2 s, so grace lasts 5 s there however short leases are. Only reads; note_look writes.
local reconnect_millis = 5000

local function grace_until(reaper, gap_millis, lease_millis, now)
  local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  local seen = redis.call('HMGET', reaper, 'tick', 'server', 'grace_until')
  local tick = tonumber(seen[1])
  local other = seen[2] and seen[2] ~= server
  if other or not tick or now - tick > tonumber(gap_millis) or tick > now then
    return now + math.max(tonumber(lease_millis), other and reconnect_millis or 0), server
  end
  return tonumber(seen[3]) or 0, server
end

local function note_look(reaper, server, until_millis, lease_millis, now)
  redis.call('HSET', reaper, 'tick', string.format('%.0f', now), 'server', server,
    'grace_until', string.format('%.0f', until_millis), 'lease_millis', lease_millis)
end
