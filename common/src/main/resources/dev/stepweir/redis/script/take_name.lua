#!lua flags=allow-oom
-- Makes a start the last under its name in one partition, and ends those before it: their description
-- goes, and their last beat becomes 0, as of one that died long ago, so that a reaper forgets their
-- consumers like those of any dead worker. Only those since the last that is known here can be
-- listed, which is one unless starts failed, or Redis lost what it knew.
-- The epoch is drawn in the first partition. It stays when nobody has the name any more: counted
-- anew, it would give the id of a process that was halted for long to another one. That is one
-- small field for each place that workers start at, however often they do.
-- key names          the last epoch of each worker's name
-- key workers        last beat of each worker
-- key records        each worker's description, in the first partition
-- arg name
-- arg epoch          of the start, or 0 to draw the next
-- ret the last epoch under the name: the start's, or a higher one that has superseded it
local names, workers, records = KEYS[1], KEYS[2], KEYS[3]
local name, epoch = ARGV[1], tonumber(ARGV[2])
local most = 1000

local last = tonumber(redis.call('HGET', names, name) or 0)
if epoch == 0 then epoch = last + 1 end
if epoch <= last then return string.format('%d', last) end
redis.call('HSET', names, name, string.format('%d', epoch))
for older = math.max(last, epoch - most), epoch - 1 do
  local worker = name .. '#' .. string.format('%d', older)
  redis.call('HDEL', records, worker)
  redis.call('ZADD', workers, 'XX', 0, worker)
end
return string.format('%d', epoch)
