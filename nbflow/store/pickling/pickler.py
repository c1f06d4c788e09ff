"""Records values: makes one pickle stream of them that only references their large buffers, and writes nothing yet."""

from __future__ import annotations

import io
import itertools
import operator
import pickle
import pickletools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import cloudpickle
from blake3 import blake3

from nbflow.errors import NotStorable
from nbflow.store.blobs.protocol import HASH_LENGTH
from nbflow.store.pickling import rebuild
from nbflow.store.pickling._cloudpickle import is_importable
from nbflow.store.pickling.array_layout import HeldArray, Layout, arrange
from nbflow.store.pickling.attributes import Attributes, Memo, join_attributes, with_attributes
from nbflow.store.pickling.deep import is_too_deep, with_room
from nbflow.store.pickling.home import Home
from nbflow.store.pickling.nans import NanReferences, may_hold_nan
from nbflow.store.pickling.reduce import frames
from nbflow.store.pickling.reduce.registry import EXACT, Reducer, load_entry_points, reducer_of
from nbflow.store.pickling.set_order import orders_of
from nbflow.store.values.artifact_ref import Lost
from nbflow.store.values.routes import find_paths
from nbflow.store.values.user_code import (
    LONGEST_NAME,
    SECONDS_FOR_TEXT,
    answer_of,
    interrupts,
    reason_of,
    type_name_of,
)

PICKLE_PROTOCOL = 5
_SET = re.compile(rb"\x8f\x94\([KMJGXhjNCB()\x88-\x8e]")
"""Matches what pickle writes for a set that is not empty, and sometimes other bytes."""

OUT_OF_BAND = 64 << 10  # bytes; smaller buffers stay in the stream

_UNSEEN: Any = object()

Refer = Callable[[object], int | None]
"""Returns the number by which a stream refers to an object of another component; None for an object of its own."""


class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Records values, and replaces each part that cannot be stored by a tombstone.

    At first it replaces only objects of types that can never be stored. If pickling then fails, `careful` tries every
    object before pickle does, which finds the failing part at the price of a Python call per object.
    """

    def __init__(self, home: Home, layout: Layout, roots: Sequence[tuple[str, object]], **how: bool) -> None:
        self.stream = io.BytesIO()
        self.buffers: list[pickle.PickleBuffer] = []
        super().__init__(self.stream, protocol=PICKLE_PROTOCOL, buffer_callback=partial(_keep_in_band, self.buffers))
        self.home = home
        self.layout = layout
        self.roots = roots
        self.careful = how.get("careful", False)
        if self.careful:
            load_entry_points()
        self.by_column = how.get("by_column", False)
        self.digesting = how.get("digesting", False)
        self.copies_on_write = frames.copies_on_write()
        self.held: list[HeldArray] = []
        self.guarded: set[int] = set()
        self.lost: dict[int, tuple[Lost, object]] = {}
        self.weak_targets: list[object] = []
        self.attributes: dict[int, Attributes] = {}
        self.own_globals: dict[int, dict[str, Any]] = {}
        self._reducers: dict[type, Reducer | None] = EXACT.copy()
        self._paths: dict[int, str] | None = None

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if self.careful:
            return self._attempt(obj, kind)
        reduce = self._reducers.get(kind, _UNSEEN)
        if reduce is _UNSEEN:
            reduce = self._reducer(kind)
        return NotImplemented if reduce is None else reduce(self, obj)

    def dump_orders(self) -> None:
        """Write behind the values how to fill the sets that would have another order after loading."""
        with self.stream.getbuffer() as written:
            has_sets = _SET.search(written) is not None
        if not has_sets:
            return
        sets = [(number, met) for number, met in self.memo.copy().values() if type(met) is set]
        if orders := orders_of(met for _, met in sorted(sets, key=operator.itemgetter(0))):
            self.dump(orders)

    @property
    def kinds(self) -> Iterable[type]:
        """Return the types of the objects that were met, but for those of Python itself."""
        return self._reducers.keys() - EXACT.keys()

    def _reducer(self, kind: type) -> Reducer | None:
        if kind not in self._reducers:
            self._reducers[kind] = reducer_of(kind)
        return self._reducers[kind]

    def _attempt(self, obj: Any, kind: type) -> Any:
        try:
            reduce = self._reducer(kind)
            reduction = NotImplemented if reduce is None else reduce(self, obj)
            if reduction is NotImplemented and not isinstance(obj, type | FUNCTION):
                reduction = _standard_reduction(obj, self.dispatch_table)
        except interrupts(NotStorable, RecursionError):
            raise
        except BaseException as error:  # noqa: BLE001 - the user's __reduce__ or __getstate__, which may also exit
            return self.lose(obj, reason_of(error))
        return reduction

    def lose(self, obj: object, reason: str) -> Any:
        """Note that an object cannot be stored, and return the reduction of its tombstone."""
        record = Lost(self._path(obj), type_name(obj), reason)
        self.lost[id(obj)] = (record, obj)
        return rebuild.tombstone, (record.path, record.was, record.reason)

    def _path(self, obj: object) -> str:
        if self._paths is None:
            self._paths = find_paths(dict(self.roots))
        return self._paths.get(id(obj)) or f"{self.roots[0][0]} (inside)"

    def hold(self, held: HeldArray) -> None:
        self.held.append(held)

    def guard(self, array: object) -> None:
        if self.copies_on_write:
            self.guarded.add(id(array))

    def is_stored(self, target: object) -> bool:
        if self.layout.present is None:  # the first pass does not know what else is stored
            self.weak_targets.append(target)
            return False
        return id(target) in self.layout.present

    def reduce_as_pickle(self, obj: object) -> Any:
        return _standard_reduction(obj, self.dispatch_table)

    def is_written_elsewhere(self, namespace: dict[str, Any], owner: object) -> bool:
        return self.layout.owners.get(id(namespace), owner) is not owner

    def digest(self, cls: type) -> str:
        return "" if self.digesting else digest_class(cls, self.home)


def _keep_in_band(kept_out: list[pickle.PickleBuffer], buffer: pickle.PickleBuffer) -> bool:
    """Return whether a buffer is small, and keep it out of the stream if it is large.

    This is no method: a pickler that holds a method of its own stays, with all that it has met, until the collector
    comes by.
    """
    if buffer.raw().nbytes < OUT_OF_BAND:
        return True
    kept_out.append(buffer)
    return False


class ReferringPickler(Pickler):
    """Records values, and writes references to objects of other components, to objects in place of their dicts, and to
    NaNs.

    This is a separate class because pickle calls `persistent_id` for every object, which takes time.
    """

    def __init__(
        self,
        home: Home,
        layout: Layout,
        roots: Sequence[tuple[str, object]],
        refer: Refer | None,
        several_nans: Mapping[int, float],
        **how: bool,
    ) -> None:
        self._refer = refer or (lambda _: None)
        self.nans = NanReferences(several_nans)
        super().__init__(home, layout, roots, **how)

    def persistent_id(self, obj: Any) -> Any:
        if type(obj) is float and obj != obj:
            return self.nans.refer(obj)
        number = self._refer(obj)
        if number is None and type(obj) is dict and id(obj) in self.layout.owners:
            return (self.layout.owners[id(obj)],)
        return number

    def is_written_elsewhere(self, namespace: dict[str, Any], owner: object) -> bool:
        return super().is_written_elsewhere(namespace, owner) or self._refer(namespace) is not None


FUNCTION = type(lambda: None)


def _standard_reduction(obj: Any, table: Any) -> Any:
    """Return the reduction that pickle would ask an object for, checked in advance."""
    reduce = None if isinstance(obj, BaseException) else table.get(type(obj))  # tblib's would keep a traceback
    reduction = reduce(obj) if reduce is not None else obj.__reduce_ex__(PICKLE_PROTOCOL)
    if isinstance(reduction, str):
        if not is_importable(obj, reduction):
            raise pickle.PicklingError(f"there is no importable '{reduction}'")
        return reduction
    if not isinstance(reduction, tuple) or not 2 <= len(reduction) <= 6 or not callable(reduction[0]):
        raise pickle.PicklingError(f"its __reduce__ returned {type(reduction).__name__}")
    # consume the iterators here: a failing one must fail here
    parts = [list(part) if i in (3, 4) and part is not None else part for i, part in enumerate(reduction)]
    return tuple(iter(part) if i in (3, 4) and part is not None else part for i, part in enumerate(parts))


def type_name(obj: object) -> str:
    """Return the name of an object's type, with its module unless it is a builtin or from the notebook."""
    kind, name = type(obj), type_name_of(type(obj))
    module = answer_of(lambda: str(kind.__module__)[:LONGEST_NAME], lambda _: "__main__", SECONDS_FOR_TEXT)
    return name if module in ("builtins", "__main__") else f"{module}.{name}"


def digest_class(cls: type, home: Home) -> str:
    """Return a digest of a class of a step body: of its code and its attributes."""
    recorder = Pickler(home, Layout(), [(cls.__name__, cls)], digesting=True)
    recorder.dump(cls)
    return digest_stream(recorder.stream.getvalue())


def digest_stream(stream: bytes) -> str:
    """Return a digest of a stream that ignores which equal strings are one object.

    That differs between a class and the same class after it was loaded.
    """
    hasher = blake3()
    for fact in _facts(stream):
        hasher.update(f"{fact!r}\n".encode())
    return hasher.hexdigest(HASH_LENGTH)


def _facts(stream: bytes) -> Iterator[object]:
    """Yield the operations of a stream; a string met again by its value, another object by a number."""
    memo: list[object] = []
    others = itertools.count()
    latest: object = None
    for operation, argument, _ in pickletools.genops(stream):
        match operation.name:
            case "MEMOIZE":
                memo.append(latest if isinstance(latest, str) else next(others))
            case "BINGET" | "LONG_BINGET":
                yield memo[int(str(argument))]
            case "FRAME":
                continue
            case _:
                latest = argument
                yield argument if isinstance(argument, str) else (operation.name, argument)


@dataclass(frozen=True)
class Recording:
    """Holds the result of pickling, and keeps alive every object that was met, so that ids stay valid."""

    stream: memoryview
    buffers: tuple[pickle.PickleBuffer, ...]
    held: tuple[HeldArray, ...]
    lost: tuple[Lost, ...]
    objects: Callable[[], Memo]  # the objects that the stream memoizes
    weak_targets: tuple[object, ...] = ()
    guarded: frozenset[int] = frozenset()  # ids of arrays that pandas copies before a write
    attributes: Mapping[int, Attributes] = field(default_factory=dict)
    kinds: frozenset[type] = frozenset()  # the types of the objects that it met, but for those of Python itself
    nans: Mapping[int, float] = field(default_factory=dict)  # floats that it met, but for those of modules

    def memo(self) -> Memo:
        """Return the number of each object by its id; this copies, so it is slow."""
        return with_attributes(self.objects(), self.attributes.values())


def record(
    names: Sequence[str],
    values: list[Any],
    home: Home,
    layout: Layout | None = None,
    by_column: bool = False,
    refer: Refer | None = None,
    with_orders: bool = True,
) -> Recording:
    """Pickle a list of values. Parts that cannot be stored are lost; the whole only if it is too deep for pickle.

    The orders of sets follow the values; they take long to find, and only a stream that will be loaded needs them.
    """
    roots = list(zip(names, values, strict=True))
    for careful in (False, True):
        how = {"by_column": by_column, "careful": careful}
        try:
            recorder = with_room(partial(_dump, values, home, layout or Layout(), roots, refer, **how))
            if with_orders:
                recorder.dump_orders()
        except interrupts(NotStorable):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the user's __reduce__ does
            failure = error.with_traceback(None)  # which holds this frame, and so the values
        else:
            return _recording(recorder)
    return _record_loss(names, values, failure)


def _dump(
    values: list[Any], home: Home, layout: Layout, roots: Sequence[tuple[str, object]], refer: Refer | None, **how: bool
) -> Pickler:
    """Pickle values, and again if this shows that they hold NaNs which must be told apart."""
    if refer is None and not layout.owners:
        plain = Pickler(home, layout, roots, **how)
        plain.dump(values)
        if not may_hold_nan(plain.stream.getbuffer()):
            return plain
    recorder = ReferringPickler(home, layout, roots, refer, {}, **how)
    recorder.dump(values)
    if recorder.nans.several:
        recorder = ReferringPickler(home, layout, roots, refer, recorder.nans.several, **how)
        recorder.dump(values)
    return recorder


def _recording(recorder: Pickler) -> Recording:
    lost = tuple(record for record, _ in recorder.lost.values())
    return Recording(
        recorder.stream.getbuffer(),
        tuple(recorder.buffers),
        tuple(recorder.held),
        lost,
        recorder.memo.copy,
        tuple(recorder.weak_targets),
        frozenset(recorder.guarded),
        recorder.attributes,
        frozenset(recorder.kinds),
        recorder.nans.met if isinstance(recorder, ReferringPickler) else {},
    )


def _record_loss(names: Sequence[str], values: list[Any], error: BaseException) -> Recording:
    deep = "it is nested too deeply to be stored" if is_too_deep(error) else reason_of(error)
    lost = [Lost(name, type_name(value), deep) for name, value in zip(names, values, strict=True)]
    stones = [rebuild.tombstone(one.path, one.was, one.reason) for one in lost]
    stream = pickle.dumps(stones, PICKLE_PROTOCOL)
    return Recording(memoryview(stream), (), (), tuple(lost), dict)


class Foreign(Protocol):
    """Finds objects of other components that a stream refers to, and gives the arrays whose memory it may use."""

    @property
    def memory(self) -> Sequence[HeldArray]: ...

    def refer(self, obj: object) -> int | None:
        """Return the number of the reference; None for an object that belongs to the stream itself."""


def settle_recording(
    names: Sequence[str], values: list[Any], home: Home, by_column: bool = False, foreign: Foreign | None = None
) -> Recording:
    """Return the values as they are stored, without the orders of sets; a second pass is made if arrays share memory or
    weak references exist.
    """
    refer = None if foreign is None else foreign.refer
    first = record(names, values, home, None, by_column, refer, with_orders=False)
    layout = arrange_recordings([first], foreign)
    return first if layout is None else record(names, values, home, layout, by_column, refer, with_orders=False)


def arrange_recordings(recordings: Sequence[Recording], foreign: Foreign | None = None) -> Layout | None:
    """Return what a second pass must know; None if the first one was enough."""
    held = [one for recording in recordings for one in recording.held]
    targets = [target for recording in recordings for target in recording.weak_targets]
    memos = set().union(*(recording.memo().keys() for recording in recordings)) if targets else set[int]()
    present = frozenset(id(one) for one in targets if id(one) in memos or (foreign and foreign.refer(one) is not None))
    owners = _owners(recordings, {id(one) for one in targets})
    layout = replace(arrange(held, present, foreign.memory if foreign else ()), owners=owners)
    return layout if layout.shared or layout.torn or targets or owners else None


def _owners(recordings: Iterable[Recording], targets: Collection[int]) -> dict[int, object]:
    """Return the owner of each attribute dict that is also met by itself, or belongs to several objects."""
    attributes = join_attributes(recording.attributes for recording in recordings)
    if not attributes:
        return {}
    met = {*targets}.union(*(recording.objects().keys() & attributes.keys() for recording in recordings))
    return {key: one.owners[0] for key, one in attributes.items() if key in met or len(one.owners) > 1}
