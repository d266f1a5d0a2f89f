-- A run's fields, in the order asked for. Lua unpacks no more than some 7,900 values at once.
local function read_fields(run, fields)
  if #fields <= 4000 then return redis.call('HMGET', run, unpack(fields)) end
  local values = {}
  for first = 1, #fields, 4000 do
    local last = math.min(first + 3999, #fields)
    local some = redis.call('HMGET', run, unpack(fields, first, last))
    for n = 1, #some do values[first + n - 1] = some[n] end
  end
  return values
end
