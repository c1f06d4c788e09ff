# %% [markdown]
# # Enums, abstract classes and properties
# refused: script: step 'install' changes 'Sensor', which cell 2 defines

# %%
from abc import ABC, abstractmethod
from enum import Enum, auto


class Level(Enum):
    LOW = auto()
    HIGH = auto()


class Sensor(ABC):
    registry = []

    def __init__(self):
        self.registry.append(type(self).__name__)

    @abstractmethod
    def read(self): ...


class Thermometer(Sensor):
    def __init__(self, value):
        super().__init__()
        self.value = value

    @property
    def level(self):
        return Level.HIGH if self.value > 20 else Level.LOW

    def read(self):
        return self.value


# %%
# %%step install
kitchen, cellar = Thermometer(22), Thermometer(9)
print(kitchen.level, cellar.level)

# %%
# %%step registered
print(Sensor.registry)

# %%
# %%step compare
print(kitchen.level is Level.HIGH, isinstance(cellar, Sensor), {Level.LOW: "cold"}[cellar.level])
