"""One test that walks many things: as fast as a loop, and every thing that fails is named."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any


def for_every(
    things: Iterable[Any] | Mapping[str, Any], named: Callable[[Any], str] = str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a check of one thing a test of all; what it takes besides are fixtures, shared by all of them.

    A thing that is a tuple is several arguments. All are checked before the test fails, and the failures come
    together, each with the name of its thing. A check that needs a fresh stage for each belongs in ``parametrize``.
    """
    each = (
        list(things.items()) if isinstance(things, Mapping) else [(named(thing), thing) for thing in things]
    )
    if not each:
        raise ValueError("nothing to walk")

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        def walk(**fixtures: Any) -> None:
            failures = []
            for name, thing in each:
                try:
                    check(*thing if isinstance(thing, tuple) else (thing,), **fixtures)
                except Exception as failure:  # noqa: BLE001 - whatever it is, the others are checked too
                    failure.add_note(f"for {name}")
                    failures.append((name, failure))
            if failures:
                names = ", ".join(name for name, _ in failures)
                raise ExceptionGroup(
                    f"{len(failures)} of {len(each)} failed: {names}", [f for _, f in failures]
                )

        taken = inspect.signature(check)
        first = each[0][1]
        fixtures = list(taken.parameters.values())[len(first) if isinstance(first, tuple) else 1 :]
        kept = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in fixtures]
        walk.__name__, walk.__doc__, walk.__module__ = check.__name__, check.__doc__, check.__module__
        walk.__signature__ = taken.replace(parameters=kept)  # type: ignore[attr-defined]
        return walk

    return decorate
