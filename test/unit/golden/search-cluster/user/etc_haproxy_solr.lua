-- Before the first check of a member, which that of no solr takes two seconds to fail, HAProxy takes it for one that is up.
local function all_are_known()
    for _, member in pairs(core.backends["solr"].servers) do
        if string.find(member:get_stats()["check_status"] or "INI", "INI") then
            return false
        end
    end
    return true
end

-- Who comes while the members agree who leads waits for that: without an answer, CKAN would fail.
core.register_action("wait_for_solr", { "tcp-req", "http-req" }, function(txn)
    for _ = 1, 125 do
        if all_are_known() and txn.f:nbsrv("solr") > 0 then
            return
        end
        core.msleep(200)
    end
end, 0)

-- Who was answered by an error at once is not to be asked again at once.
core.register_action("wait_a_second", { "http-req" }, function()
    core.msleep(1000)
end, 0)
