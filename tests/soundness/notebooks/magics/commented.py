# %%
%matplotlib inline
base = 3

# %%
# %%step one
# !echo nobody runs this comment
x = base + 1
print(x)
