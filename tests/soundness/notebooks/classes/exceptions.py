# %% [markdown]
# # Exceptions of the notebook are collected and raised again

# %%
class Refused(Exception):
    made = 0

    def __init__(self, order, price):
        super().__init__(f"order {order}")
        self.order, self.price = order, price


class Late(Refused, TimeoutError):
    def __init__(self):
        super().__init__(7, price=1.5)


class NoFile(FileNotFoundError):
    def __init__(self, name):
        super().__init__(2, "no file", name)


class Gone(Refused, KeyError):
    def __init__(self):
        super().__init__("x", 2)


class Unreadable(UnicodeDecodeError):
    def __init__(self, text):
        super().__init__("ascii", text, 0, 1, "unreadable")


# %%
# %%step collect
errors = []
for make in (lambda: Refused(1, 2.5), Late, lambda: Unreadable(b"\xff"), Gone, lambda: NoFile("a.csv")):
    try:
        raise make()
    except Exception as error:
        errors.append(error)
group = ExceptionGroup("all", errors)
print([str(one) for one in errors], len(group.exceptions))

# %%
# %%step explain
try:
    try:
        {}["price"]
    except KeyError as error:
        raise Refused(2, 0) from error
except Refused as error:
    explained = error
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise LookupError("while dividing")
except LookupError as error:
    shown = error
causes = [explained.__cause__]

# %%
# %%step follow
chain = [explained]
while chain[-1].__cause__:
    chain.append(chain[-1].__cause__)
print(chain, explained.price, explained.__suppress_context__, causes[0] is explained.__cause__)
print(repr(shown.__context__), shown.__cause__, shown.__suppress_context__)

# %%
# %%step look
print([type(one).__name__ for one in errors], errors[0].args, errors[0].price, errors[1].order, errors[1].args)
print(errors[3].args, errors[4].filename, errors[4].errno, str(errors[4]))
print(errors[2], errors[2].object, errors[2].reason, group.exceptions[0] is errors[0])

# %%
# %%step raise_again
try:
    raise errors[1]
except TimeoutError as error:
    print(repr(error), error is errors[1], error.price)
