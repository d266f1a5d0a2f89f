#!lua flags=no-writes
-- Every key with its content, a line per element, in no order. Consumers are left out: when Redis
-- makes one that holds nothing depends on its version.
local prefix = ARGV[1]
local lines = {}

local function add(key, text) lines[#lines + 1] = key .. ' ' .. text end

local function shown(value)
  if #value <= 200 then return value end
  return string.sub(value, 1, 20) .. '#' .. #value
end

local function score(number)
  return string.format('%.0f', tonumber(number))
end

local function stream(key)
  local info = redis.call('XINFO', 'STREAM', key)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then add(key, 'last ' .. info[i + 1]) end
  end
  for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
    local words = { 'entry', entry[1] }
    for i = 1, #entry[2], 2 do words[#words + 1] = entry[2][i] .. '=' .. entry[2][i + 1] end
    add(key, table.concat(words, ' '))
  end
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    local group = {}
    for i = 1, #info, 2 do group[info[i]] = info[i + 1] end
    add(key, 'group ' .. group.name .. ' at ' .. group['last-delivered-id'])
    for _, held in ipairs(redis.call('XPENDING', key, group.name, '-', '+', 10000)) do
      add(key, 'held ' .. held[1] .. ' by ' .. held[2] .. ' ' .. held[4])
    end
  end
end

local describe = {
  string = function(key) add(key, shown(redis.call('GET', key))) end,
  hash = function(key)
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do add(key, all[i] .. ' = ' .. shown(all[i + 1])) end
  end,
  list = function(key)
    for i, value in ipairs(redis.call('LRANGE', key, 0, -1)) do add(key, i .. ' ' .. shown(value)) end
  end,
  set = function(key)
    for _, member in ipairs(redis.call('SMEMBERS', key)) do add(key, member) end
  end,
  zset = function(key)
    local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do add(key, score(all[i + 1]) .. ' ' .. all[i]) end
  end,
  stream = stream,
}

for _, key in ipairs(redis.call('KEYS', prefix .. '*')) do
  if redis.call('PTTL', key) >= 0 then add(key, 'expires') end
  describe[redis.call('TYPE', key).ok](key)
end
return table.concat(lines, '\n')
