"""Defines the verb trust: whose results may be loaded and reused, and what others need to load one's own."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from nbflow.errors import UnknownName
from nbflow.progress.numbers import table
from nbflow.progress.pictures import count
from nbflow.store.catalog.foreign import sign_again, trust_store
from nbflow.store.catalog.signatures import is_public_key
from nbflow.store.catalog.trust import keyring
from nbflow.store.catalog.trusted_users import User, plain_name
from nbflow.store.catalog.user import user_name
from nbflow.store.homes import locate_store
from nbflow.store.store import Store
from nbflow.verbs.context import WORKSPACE

_PLACE = click.argument("place", metavar="[NOTEBOOK]", required=False, type=click.Path(exists=True, path_type=Path))
_USER = click.argument("user", metavar="USER|KEY")


class TrustVerb(click.Group):
    """Takes the place of a store where a command stands: `nbflow trust films.ipynb`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["all", *args])


@click.group(cls=TrustVerb, invoke_without_command=True, subcommand_metavar="[NOTEBOOK] | COMMAND ...")
@click.pass_context
def trust(ctx: click.Context) -> None:
    """Trust users, or everything that is in the store now, so that it can be loaded and reused.

    Without a command, all that the store of NOTEBOOK or of this folder holds now is trusted, whoever signed it, and
    nothing that is added or changed there later. NOTEBOOK may also be the store itself. A user who is trusted is
    trusted in every store, now and later.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(trust_all)


@trust.command("all", hidden=True)
@_PLACE
def trust_all(place: Path | None = None) -> None:
    """Trust everything that is in the store now, whoever signed it."""
    with _open(place) as store:
        number = trust_store(store.history)
    told = f"{count(number, 'task')} of {store.root} trusted from now on"
    click.echo(told if number else f"all of {store.root} was trusted already")


@trust.command()
@_USER
@_PLACE
@click.option("--name", help="The name by which you know the owner of a key.")
def add(user: str, place: Path | None, name: str | None) -> None:
    """Trust a user, or the owner of a key.

    USER has signed something in the store of NOTEBOOK or of this folder, and is trusted after you have confirmed the
    fingerprint. KEY is what `nbflow trust list` shows its owner, or the fingerprint of a key in the store.
    """
    found = _find(user, place, name)
    if keyring().trusted_users.read().get(found.signer) == found:
        click.echo(f"{_describe(found)} is trusted already")
    elif _is_confirmed(found, user, place):
        keyring().trusted_users.add(found)
        click.echo(f"what {_describe(found)} signs is trusted from now on")


@trust.command()
@_USER
def remove(user: str) -> None:
    """Trust a user no longer.

    USER is the name by which you trust somebody, KEY is the key or its fingerprint.
    """
    trusted = keyring().trusted_users
    found = [one for one in trusted.read().values() if user in _names_of(one)]
    if not found:
        raise UnknownName("trusted user", user, {one.name for one in trusted.read().values()})
    for one in found:
        trusted.remove(one.signer)
        click.echo(f"{_describe(one)} is not trusted any more")


@trust.command("list")
@_PLACE
def list_users(place: Path | None) -> None:
    """List the users whom you trust, and your own key.

    The other users of the store of NOTEBOOK or of this folder are listed too.
    """
    ring = keyring()
    click.echo(f"you sign as {_describe(_me())}")
    click.echo(f"others trust you with: nbflow trust add {ring.public_key.hex()} --name {plain_name(user_name())}")
    trusted = ring.trusted_users.read()
    others = {one.signer: one for one in _users_of(place, False) if one.signer not in {*trusted, ring.signer}}
    for line in table([*_lines(trusted, "trusted"), *_lines(others, "not trusted")]):
        click.echo(line)


@trust.command()
@_PLACE
def sign(place: Path | None) -> None:
    """Sign again what others cannot check.

    These are the tasks in the store of NOTEBOOK or of this folder that you have run with version 0.1.0, and those whose
    signature is damaged.
    """
    with _open(place) as store, store.lease(), store.writer() as writer:
        number = sign_again(store.history, writer)
    click.echo(f"signed {count(number, 'task')} of {store.root} again" if number else "nothing needs a new signature")


def _lines(users: Mapping[str, User], status: str) -> Iterator[tuple[str, str, str]]:
    return ((one.name, one.signer, status) for one in users.values())


def _describe(user: User) -> str:
    return f"{user.name} ({user.signer})"


def _names_of(user: User) -> tuple[str, str, str]:
    return user.name, user.signer, user.key.hex()


def _me() -> User:
    return User(plain_name(user_name()), keyring().public_key)


def _find(text: str, place: Path | None, name: str | None) -> User:
    """Return the user with this name, fingerprint or key. Raises UsageError if several have the name."""
    key = _key_in(text)
    known = _users_of(place, key is None)
    if key is not None:
        names = [name, *(one.name for one in known if one.key == key)]
        return User(plain_name(next(filter(None, names), "")), key)
    found = [one for one in known if text in (one.name, one.signer)]
    if not found:
        raise UnknownName("user", text, {one.name for one in known})
    if len(found) > 1:
        keys = " or ".join(one.signer for one in found)
        raise click.UsageError(f"several users are called {text}: ask for the fingerprint, and give it ({keys})")
    return User(plain_name(name), found[0].key) if name else found[0]


def _key_in(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if is_public_key(key) else None


def _is_confirmed(user: User, typed: str, place: Path | None) -> bool:
    """Return whether the user knows the key: it was typed, or its fingerprint is confirmed now."""
    if typed in (user.signer, user.key.hex()):
        return True
    namesakes = [one for one in keyring().trusted_users.read().values() if one.name == user.name]
    for one in namesakes:
        click.echo(f"you trust another key under the name {user.name} already: {one.signer}")
    click.echo(f"{user.name} signs with the key {user.signer}")
    click.echo(f"this is what `nbflow trust list` must show {user.name}: ask, because anybody can use this name")
    if sys.stdin is not None and sys.stdin.isatty():
        return click.confirm("is it the same?")
    command = shlex.join(["nbflow", "trust", "add", user.signer, *([str(place)] if place else [])])
    raise click.ClickException(f"nothing was added: if it is the same, run `{command}`")


def _users_of(place: Path | None, is_needed: bool) -> tuple[User, ...]:
    """Return the users of a store; none if there is no store and none is needed."""
    if not is_needed and not Store.exists(_root_of(place)):
        return ()
    with _open(place) as store:
        return store.history.users()


@contextmanager
def _open(place: Path | None) -> Iterator[Store]:
    with Store.open(_root_of(place), create=False) as store:
        yield store


def _root_of(place: Path | None) -> Path:
    """Return the folder of a store: the given one, that of a notebook or folder, or that of the open notebook."""
    meta = click.get_current_context().meta
    if place is None and WORKSPACE in meta:
        root: Path = meta[WORKSPACE].root
        return root
    place = place or Path()
    if Store.exists(place):
        return place
    return locate_store(place if place.is_dir() else place.resolve().parent)
