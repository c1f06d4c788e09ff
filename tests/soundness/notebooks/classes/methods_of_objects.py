# %% [markdown]
# # Bound methods are equal to those of their objects, and are found by them

# %%
class Events:
    def __init__(self):
        self.handlers = []

    def on(self, handler):
        self.handlers.append(handler)

    def off(self, handler):
        self.handlers.remove(handler)


# %%
# %%step define
class Button:
    def __init__(self):
        self.actions = [self.press]

    def press(self):
        return "pressed"

    def __hold(self):
        return "held"

    def holding(self):
        return self.__hold

    @classmethod
    def kind(cls):
        return cls.__name__

    @staticmethod
    def unit():
        return "px"


# %%
# %%step connect
button = Button()
events = Events()
events.on(button.press)
press, hold, kind, unit = button.press, button.holding(), Button.kind, Button.unit

# %%
# %%step fire
print([handler() for handler in events.handlers], events.handlers == [button.press])
events.off(button.press)
print(press == button.press, press.__func__ is Button.press, button.press in button.actions)
print(hold == button.holding(), hold(), button.holding()())
print(kind == Button.kind, unit is Button.unit, kind(), unit())

# %%
# %%step after
print(len(events.handlers), press == button.press, hold(), button.actions == [press])
