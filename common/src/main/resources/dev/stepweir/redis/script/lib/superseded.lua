-- Has another worker started under a worker's name since? Such a one has the id <name>#<epoch>, and
-- what an earlier epoch reports does not count. A worker without a name costs no look.
local function superseded(names, worker)
  if not string.find(worker, '#', 1, true) then return false end
  local name, epoch = string.match(worker, '^(.*)#(%d+)$')
  return tonumber(redis.call('HGET', names, name) or 0) > tonumber(epoch)
end
