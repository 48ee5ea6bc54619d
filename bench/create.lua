-- Each request makes a draft of its own, with a name of two words that others have too, as names do.
local unit = os.getenv("UNIT")
local first = { "Sinar", "Cahaya", "Tunas", "Mutiara", "Harapan", "Amal", "Wahana", "Griya", "Pelita", "Permata" }
local second = { "Huda", "Hikmah", "Ikhlas", "Mulia", "Utama", "Umat", "Bangsa", "Abadi", "Sejahtera", "Sentosa" }
local made = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  made = made + 1
  local one, other = first[made % #first + 1], second[math.floor(made / #first) % #second + 1]
  return wrk.format(nil, nil, nil, string.format(
    '{"name":"LKSA Muhammadiyah %s %s","kind":"lksa","operator":"muhammadiyah","unit_id":"%s",' ..
    '"address":{"region":"35.78.01.1001","street":"Jl. Contoh No. %d"}}', one, other, unit, made))
end
