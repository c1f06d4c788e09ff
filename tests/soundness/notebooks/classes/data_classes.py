# %% [markdown]
# # Data classes that hold each other

# %%
from dataclasses import dataclass, field, replace


@dataclass
class Team:
    name: str
    members: list = field(default_factory=list)


@dataclass
class Person:
    name: str
    team: Team | None = None


# %%
# %%step found
team = Team("blue")
ann = Person("ann", team)
team.members.append(ann)
print(team.members[0].name)

# %%
# %%step join_team
bob = Person("bob", team)
team.members.append(bob)
print(len(ann.team.members))

# %%
# %%step rename
ann.team.name = "green"
print(bob.team.name, team.name)

# %%
# %%step copy
other = replace(team, name="red")
other.members.pop()
print(len(team.members), other.name, isinstance(bob, Person))
