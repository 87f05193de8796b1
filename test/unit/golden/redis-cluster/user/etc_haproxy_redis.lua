-- Who comes while no member of Redis is master waits for the one that takes over: without an answer, users would be logged out.
core.register_action("wait_for_master", { "tcp-req" }, function(txn)
    for _ = 1, 125 do
        if txn.f:nbsrv("redis") > 0 then
            return
        end
        core.msleep(200)
    end
end, 0)
