-- The head of a run that has completed. It is looked up: most runs that end in one turn are of one
-- workflow, and text made in Lua costs more than all the rest.
local completed_heads = {}
local function completed_head(head)
  local known = completed_heads[head]
  if known then return known end
  known = 'COMPLETED ' .. string.match(head, '^%S+ (.*)$')
  completed_heads[head] = known
  return known
end
