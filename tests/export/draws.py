"""Notebooks that draw random numbers, which a script has to draw alike."""

from __future__ import annotations

DRAWS = {
    "draws from step to step": """
import random
import numpy as np
import pandas as pd
random.seed(1)
np.random.seed(2)
noise = np.random.rand(3).tolist()
---
%%step a
x = random.random()
first = noise + [np.random.rand()]
---
%%step quiet
n = len(noise)
---
%%step b
y = (np.random.rand(), random.random())
---
np.random.seed(3)
---
%%step c
import numpy as np
picked = pd.Series(range(20)).sample(n).tolist()
---
%%step end
z = (np.random.rand(), random.random(), picked, x, y)
""",
    "draws per item": """
%%parameters
number: int = 5
---
import random, numpy as np
np.random.seed(number)
random.seed(number)
---
%%step before
n = np.random.rand()
---
%%step each --foreach x in [1, 2]
y = (n, np.random.rand(), random.random())
---
%%step more
z = y[1] + np.random.rand()
---
%%step inner --foreach k in range(2)
v = z + k + np.random.rand()
---
%%step flat --join inner
vs = inputs.v
---
%%step join --join each
zs = inputs.z + [random.random()]
---
%%step end
w = (np.random.rand(), random.random())
""",
    "draws that may be left out": """
import random
random.seed(9)
---
%%step grow --while again
total = random.random()
again = random.random() < 0.8
---
%%step maybe --if again
x = random.random()
---
%%step also --else again
y = random.random()
---
%%step seeded --if again
random.seed(2)
---
%%step header --seed 3
s = random.random()
---
%%step end
z = (random.random(), random.random())
""",
}
