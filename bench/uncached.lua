-- Each request asks a question of its own, which no answer in memory serves: the same list, changed since a moment of its own.
local asked = 0
request = function()
  asked = asked + 1
  return wrk.format("GET", string.format("%s&changed_since=2000-01-01T00:00:00.%06dZ", wrk.path, asked % 1000000))
end
