#!lua flags=allow-oom
-- Sets how many stored runs use a definition, as somebody counted them; one that no run uses is
-- removed. If what it says is not what the counter read before, it is in use and has to be counted
-- again.
-- key workflow
-- arg expected       what it says, as the caller read it, or ''
-- arg runs           how many there are
-- ret COUNTED | REMOVED | ALREADY | STALE | GONE
local workflow = KEYS[1]
local expected, runs = ARGV[1], ARGV[2]

if redis.call('EXISTS', workflow) == 0 then return 'GONE' end
local stored = redis.call('HGET', workflow, 'runs') or ''
if stored == runs then return 'ALREADY' end
if stored ~= expected then return 'STALE' end
if runs == '0' then
  redis.call('UNLINK', workflow)
  return 'REMOVED'
end
redis.call('HSET', workflow, 'runs', runs)
return 'COUNTED'
