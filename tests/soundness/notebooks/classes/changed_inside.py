# %% [markdown]
# # A class inside of a class is changed below its objects
# refused: script: step 'change' changes 'Order'

# %%
class Order:
    class Line:
        rate = 1


# %%
# %%step make
line = Order.Line()
print(line.rate)

# %%
# %%step change
Order.Line.rate = 2
print(line.rate)

# %%
# %%step use
print(line.rate, Order.Line().rate)
