-- Is the step in this state, and still as the caller saw it? 'OK', or why not: 'GONE' (no such run),
-- 'RUN_CLOSED', 'ALREADY' (this very dispatch has been reported), 'STALE' (another one is current).
local function fence(run, field, state, expected)
  local seen = redis.call('HMGET', run, 'head', field)
  local head, stored = seen[1], seen[2]
  if not head then return 'GONE' end
  if string.sub(head, 1, 8) ~= 'RUNNING ' and string.sub(head, 1, 7) ~= 'PAUSED ' then
    return 'RUN_CLOSED', head
  end
  local now, current = string.match(stored or '', '^(%S+) (%S+)')
  if stored == expected and now == state then return 'OK', head end
  local dispatch = string.match(expected, '^%S+ (%S+)')
  if current and current == dispatch and now ~= 'READY' then return 'ALREADY', head end
  return 'STALE', head
end
