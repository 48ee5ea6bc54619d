-- Each request makes a draft of its own.
local unit = os.getenv("UNIT")
local made = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  made = made + 1
  return wrk.format(nil, nil, nil, string.format(
    '{"name":"LKSA Ukur %d","kind":"lksa","operator":"muhammadiyah","unit_id":"%s",' ..
    '"address":{"region":"35.78.01.1001","street":"Jl. Contoh No. %d"}}', made, unit, made))
end
