import random
from hashlib import sha256
from types import SimpleNamespace

import numpy as np
from nbflow import FlowSpec, Parameter, step

FACES = np.arange(1, 7)


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)


def vary(seed, number, *items):
    """Seed a random generator with a number and an item of a foreach, so that each item has numbers of its own."""
    text = " ".join(str(part) for part in (int(number), *items))
    seed(int(sha256(text.encode()).hexdigest()[:8], 16))


class DiceFlow(FlowSpec):
    """A game of dice

    The games follow one another, so the whole notebook has one sequence of numbers.
    """

    seed = Parameter("seed", type=int, default=6, help="where the numbers begin")

    @step
    def start(self):
        """Split: `order` and `another` run in parallel."""
        self.next(self.order, self.another)

    @step
    def order(self):
        seed = self.seed
        seed_everything(seed)  # cell 4

        # cell 5
        players = ["Ada", "Ben", "Eve"]
        random.shuffle(players)

        self.players = players
        self.random_state = random.getstate()
        self.play_items = list(players)
        self.play_tasks = []
        self.has_play_items = len(self.play_items) > 0
        self.next({True: self.each_play, False: self.winner_step}, condition="has_play_items")

    @step
    def each_play(self):
        """Split: run a task of `play` for each item."""
        self.next(self.play, foreach="play_items")

    @step
    def play(self):
        player = self.input
        seed = self.seed
        seed_everything(seed)  # cell 4
        vary(
            np.random.seed, np.random.randint(2**31), *(level[0] for level in self.foreach_stack())
        )

        # cell 6
        throws = [int(np.random.choice(FACES))]
        while throws[-1] != 6:
            throws.append(int(np.random.choice(FACES)))

        self.player = player
        self.throws = throws
        self.next(self.join_play)

    @step
    def join_play(self, inputs):
        """Collect what later steps ask of the tasks."""
        self.players = inputs[0].players
        self.random_state = inputs[0].random_state
        self.play_tasks = [
            SimpleNamespace(player=task.player, throws=task.throws) for task in inputs
        ]
        self.next(self.winner_step)

    @step
    def winner_step(self):
        inputs = self.play_tasks

        # cell 7
        winner = min(inputs, key=lambda task: len(task.throws)).player

        self.winner = winner
        self.next(self.join_winner_another)

    @step
    def another(self):
        np.random.seed(7)  # cell 9

        # cell 10
        sixes = int(np.sum(np.random.choice(FACES, 60) == 6))

        self.sixes = sixes
        self.numpy_random_state = np.random.get_state()
        self.next(self.join_winner_another)

    @step
    def join_winner_another(self, inputs):
        """Bring together what later steps read."""
        self.players = inputs.winner_step.players
        self.random_state = inputs.winner_step.random_state
        self.winner = inputs.winner_step.winner
        self.sixes = inputs.another.sixes
        self.numpy_random_state = inputs.another.numpy_random_state
        self.next(self.end)

    @step
    def end(self):
        winner = self.winner
        players = self.players
        sixes = self.sixes
        np.random.set_state(self.numpy_random_state)
        random.setstate(self.random_state)

        # cell 11
        print(winner, random.choice(players), sixes, np.random.rand())


if __name__ == "__main__":
    DiceFlow()


# Exported by nbflow from dice.ipynb with --target nbflow:
# by this table `nbflow check --script` sees what has changed in either of them.
# cell  id       notebook      script
#    2  cell-2   2dbdafa806a7  -
#    3  cell-3   a783ca48a9a4  -             %%parameters
#    4  cell-4   08be815e7c39  -
#    5  cell-5   47333f22ad8f  f5b23eedb976  %%step order
#    6  cell-6   21dd29b0aea2  30c6ff403304  %%step play --foreach player in players
#    7  cell-7   624624a355ee  5e4cd84515e8  %%step winner --join play
#    9  cell-9   38962806d32d  -
#   10  cell-10  848ac80eec37  dd8b74670db6  %%step another
#   11  cell-11  c4e53c5833b2  8ecca36ab90e  %%step end
# all around the cells: 0c0521f307bb
# cells of the methods: start 10, order 5, each_play 6, play 6, winner_step 7, another 10, end 11
# not known to draw from numpy: order (seeds), winner_step
# not known to draw from random: play (seeds), winner_step, another
