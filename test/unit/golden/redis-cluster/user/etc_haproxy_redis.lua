-- Before the first check of a member, which that of no master takes two seconds to fail, HAProxy takes it for one that is up.
local function all_are_known()
    for _, member in pairs(core.backends["redis"].servers) do
        if string.find(member:get_stats()["check_status"] or "INI", "INI") then
            return false
        end
    end
    return true
end

-- Who comes while no member of Redis is master waits for the one that takes over: without an answer, users would be logged out.
core.register_action("wait_for_master", { "tcp-req", "http-req" }, function(txn)
    for _ = 1, 125 do
        if all_are_known() and txn.f:nbsrv("redis") > 0 then
            return
        end
        core.msleep(200)
    end
end, 0)
