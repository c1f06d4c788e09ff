"""Writes the messages of the protocol as TypeScript: `python -m nbflow.jupyter.protocol`."""

from __future__ import annotations

import sys

from nbflow.jupyter.protocol.published import write_protocol

sys.exit(write_protocol(sys.argv[1:]))
