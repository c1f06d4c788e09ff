# %% [markdown]
# # Files and exceptions

# %%
import os
fout = open('output.txt', 'w')
fout.write("This here's the wattle,\n")

# %%
fout.write('the emblem of our land.\n')

# %%
fout.close()
print(open('output.txt').read())

# %%
camels = 42
line = 'I have spotted %d camels.' % camels
line, f"{camels:>6}|{camels:06.1f}|{camels:#x}"

# %%
os.makedirs('photos/jan', exist_ok=True)
for name in ('photo1.txt', 'photo2.txt', 'jan/photo3.txt'):
    with open(os.path.join('photos', name), 'w') as f:
        f.write(name * 2)

# %%
def walk(dirname):
    for name in sorted(os.listdir(dirname)):
        path = os.path.join(dirname, name)
        if os.path.isfile(path):
            print(path)
        else:
            walk(path)

walk('photos')

# %%
try:
    fin = open('bad_file')
    for line in fin:
        print(line)
    fin.close()
except FileNotFoundError:
    print('Something went wrong.')

# %% [markdown]
# ## A small database

# %%
import dbm.dumb as dumb
db = dumb.open('captions', 'c')
db['cleese.png'] = 'Photo of John Cleese.'
db['cleese.png']

# %%
for key in db.keys():
    print(key, db[key])
db.close()

# %%
import pickle
t = [1, 2, 3]
s = pickle.dumps(t)
t2 = pickle.loads(s)
t == t2, t is t2

# %%
class TooCold(ValueError):
    def __init__(self, degrees):
        super().__init__(f"{degrees} is too cold")
        self.degrees = degrees

def check(degrees):
    if degrees < 0:
        raise TooCold(degrees)
    return degrees

outcome = []
for d in (5, -3, "x"):
    try:
        check(d)
    except TooCold as err:
        outcome.append(err.degrees)
    except TypeError:
        outcome.append("type")
    else:
        outcome.append("ok")
    finally:
        outcome.append(None)
outcome

# %%
import shelve
with shelve.open('photo_shelf') as shelf:
    shelf['a'] = outcome
    shelf['b'] = {'x': 1}

# %%
with shelve.open('photo_shelf') as shelf:
    print(sorted(shelf.keys()), shelf['a'] == outcome)
line
