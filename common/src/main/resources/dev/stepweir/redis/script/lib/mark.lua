-- How a worker is told of a step to begin: false for the head said last, else the head, with the
-- step's ledgers if it has any; 0 when its entry is not the current dispatch.
local head_said
local function mark(head, stored, ready)
  if stored == ready and head == head_said then return false end
  if not head or not stored or string.sub(head, 1, 8) ~= 'RUNNING ' then return 0 end
  if stored == ready then
    head_said = head
    return head
  end
  local same = string.sub(stored, 1, #ready + 1) == ready .. ' '
  return same and head .. '\31' .. string.sub(stored, #ready + 1) or 0
end
