-- Each request asks for what no answer in memory serves: it tells of an answer that nobody has. The addresses come from
-- the file PATHS, one a line, each in its turn; without one it is always the same.
local paths, asked = {}, 0
if os.getenv("PATHS") then
  for path in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = path end
end
request = function()
  asked = asked + 1
  wrk.headers["If-None-Match"] = string.format('"%d"', asked)
  return wrk.format("GET", paths[asked % #paths + 1])
end
if #paths == 0 then
  request = function()
    asked = asked + 1
    wrk.headers["If-None-Match"] = string.format('"%d"', asked)
    return wrk.format("GET")
  end
end
