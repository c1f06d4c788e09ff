"""Keeps loggers, levels and handlers, so that a step's changes to them end with the step."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection


def keep_logging() -> Callable[[], object]:
    """Return a function that restores the loggers."""
    known = [
        logging.root,
        *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)),
    ]
    before = [(one, one.level, [*one.handlers], one.propagate, one.disabled) for one in known]
    disabled, raises, kind = logging.root.manager.disable, logging.raiseExceptions, logging.getLoggerClass()
    levels, number = (logging._levelToName.copy(), logging._nameToLevel.copy()), len(logging.root.manager.loggerDict)

    def restore() -> None:
        logging.raiseExceptions = raises
        logging.setLoggerClass(kind)
        logging._levelToName, logging._nameToLevel = levels
        if len(logging.root.manager.loggerDict) != number:
            _forget_new_loggers(known)
        if logging.root.manager.disable != disabled:
            logging.disable(disabled)
        for logger, level, handlers, propagate, is_off in before:
            if logger.level != level:
                logger.setLevel(level)
            logger.handlers[:], logger.propagate, logger.disabled = handlers, propagate, is_off

    return restore


def _forget_new_loggers(known: Collection[logging.Logger]) -> None:
    """Reset the loggers that a step has made for itself; those of modules that it has imported stay set up."""
    for name, one in logging.root.manager.loggerDict.items():
        if isinstance(one, logging.Logger) and one not in known and name.partition(".")[0] not in sys.modules:
            one.handlers[:], one.propagate, one.disabled = [], True, False
            one.setLevel(logging.NOTSET)
