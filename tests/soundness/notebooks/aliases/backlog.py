# %% [markdown]
# # Tickets of a help desk
# The backlog is the same list as the tickets: what is worked on is taken from both.

# %%
# %%step load
tickets = [{"id": 1, "open": True}, {"id": 2, "open": True}, {"id": 3, "open": False}]
backlog = tickets
print(len(tickets), "tickets")

# %%
# %%step reopen
backlog.append({"id": 4, "open": True})
print("backlog", [t["id"] for t in backlog])

# %%
# %%step report
print("tickets", [t["id"] for t in tickets])
print("the same list:", backlog is tickets)

# %%
print(len(tickets), len(backlog))
