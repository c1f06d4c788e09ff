# %% [markdown]
# # A server that a later step ends
# refused: run: step 'end' reads 'server', a http.server.HTTPServer that step 'serve' made and that cannot be stored
# refused: kernel: step 'end' reads 'server', a http.server.HTTPServer that step 'serve' made and that cannot be stored
# refused: restart: step 'end' reads 'server', a http.server.HTTPServer that step 'serve' made and that cannot be stored
# refused: script: server

# %%
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

# %%
# %%step serve
server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port > 0)

# %%
# %%step end
server.shutdown()
server.server_close()
