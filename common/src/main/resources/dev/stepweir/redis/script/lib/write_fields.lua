-- What is written to a run, gathered for one HSET. Made with room for what most steps write, since a
-- table that grows is made anew.
local write, length = { nil, nil, nil, nil, nil, nil }, 0
local function put(field, value)
  write[length + 1], write[length + 2] = field, value
  length = length + 2
end

local function write_fields(run)
  if length == 0 then return end
  local first = 1
  while length - first > 999 do
    redis.call('HSET', run, unpack(write, first, first + 999))
    first = first + 1000
  end
  redis.call('HSET', run, unpack(write, first, length))
  length = 0
end
