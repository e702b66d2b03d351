"""Reading YAML without surprises: what a key holds is what stands there, and no key is left unread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml

SIZE_LIMIT = 256 * 1024
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ProfileError(Exception):
    """A profile that cannot be used: ``file``, the ``key`` at fault, and what is wrong with it."""

    def __init__(self, file: str, key: str, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}")
        self.file, self.key, self.problem = file, key, problem


class _PlainLoader(yaml.SafeLoader):
    """Only whole numbers, decimals, true, false and text: no dates, no base 60, and ``on`` is a word."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "references are not allowed", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands twice", node.value[position][0].start_mark
                )
        return super().construct_mapping(node, deep)


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9A-Fa-f]+)$"), list("-+0123456789")
)
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?$"),
    list("-+0123456789"),
)


class Section:
    """One mapping of a profile. Take what belongs there, then :meth:`done`: whatever is left is unknown."""

    def __init__(self, file: str, path: str, data: Any) -> None:
        self.file, self.path = file, path
        if not isinstance(data, dict):
            raise ProfileError(file, path or "the file", "must be a mapping of keys to values")
        self._data: dict[Any, Any] = dict(data)

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def key(self, key: object) -> str:
        return f"{self.path}.{key}" if self.path else str(key)

    def fail(self, key: object, problem: str) -> NoReturn:
        raise ProfileError(self.file, self.key(key) if key != "" else self.path or "the file", problem)

    def done(self) -> None:
        for key in self._data:
            self.fail(key, "no such key")

    def take(self, key: object, *default: Any) -> Any:
        if key not in self._data and not default:
            self.fail(key, "is missing")
        return self._data.pop(key, *default)

    def text(self, key: str, *default: str | None, pattern: str | None = None) -> str:
        value = self.take(key, *default)
        if value is None and default:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fail(key, "must be text")
        if pattern is not None and not re.fullmatch(pattern, value):
            self.fail(key, f"{value!r} is not of the form {pattern}")
        return " ".join(value.split())

    def choice(self, key: object, choices: Any, *default: str) -> str:
        value = self.take(key, *default)
        if not isinstance(value, str) or value not in choices:
            self.fail(key, f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key, *(False,))
        if not isinstance(value, bool):
            self.fail(key, "must be true or false")
        return value

    def integer(self, key: object, low: int, high: int, *default: int) -> int:
        value = self.take(key, *default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fail(key, f"must be a whole number from {low} to {high}, not {value!r}")
        return value

    def number(self, key: str, *default: float) -> float:
        value = self.take(key, *default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, f"must be a number, not {value!r}")
        return float(value)

    def duration(self, key: object) -> float:
        """Seconds, written as ``90s``, ``5m``, ``1h`` or ``1d``."""
        value = self.take(key)
        match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", value) if isinstance(value, str) else None
        if match is None:
            self.fail(key, f"must be a length of time like 90s, 5m, 1h or 1d, not {value!r}")
        return float(int(match[1]) * _SECONDS[match[2]])

    def span(self, key: str, low: float, high: float) -> tuple[float, float]:
        """``[low, high]``, inside the limits given, which are the default."""
        value = self.take(key, [low, high])
        if not isinstance(value, list) or len(value) != 2 or not all(type(v) in (int, float) for v in value):
            self.fail(key, "must be a list of two numbers")
        if not low <= value[0] < value[1] <= high:
            self.fail(key, f"must rise, and lie within {low:g} and {high:g}")
        return float(value[0]), float(value[1])

    def bounds(self, key: str, low: int, high: int) -> tuple[int, int]:
        """``[first, last]``, whole numbers inside the limits given."""
        value = self.take(key)
        if not isinstance(value, list) or len(value) != 2 or not all(type(v) is int for v in value):
            self.fail(key, "must be a list of two whole numbers")
        if not low <= value[0] < value[1] <= high:
            self.fail(key, f"must rise, and lie within {low} and {high}")
        return value[0], value[1]

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if the key is absent."""
        values = self.take(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            self.fail(key, "must be a list of texts")
        return tuple(" ".join(value.split()) for value in values)

    def raw_values(self, key: str) -> frozenset[int | float | str]:
        """A list of values as the device gives them; empty if the key is absent."""
        values = self.take(key, [])
        if not isinstance(values, list) or not all(type(value) in (int, float, str) for value in values):
            self.fail(key, "must be a list of raw values")
        return frozenset(values)

    def keys(self) -> list[object]:
        return list(self._data)

    def section(self, key: str) -> Section | None:
        if key not in self._data:
            return None
        return Section(self.file, self.key(key), self._data.pop(key))

    def mapping(self, key: str) -> Section | None:
        """The section under ``key``, if a mapping stands there; anything else is left to be taken."""
        return self.section(key) if isinstance(self._data.get(key), dict) else None

    def sections(self, key: str) -> Iterator[Section]:
        values = self.take(key, [])
        if not isinstance(values, list):
            self.fail(key, "must be a list")
        for index, value in enumerate(values):
            yield Section(self.file, f"{self.key(key)}[{index}]", value)


def read_section(path: Path) -> Section:
    """The top mapping of a YAML file; :class:`ProfileError` if it is not one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(path.name, "the file", f"cannot be read: {error}") from error
    if len(text) > SIZE_LIMIT:
        raise ProfileError(path.name, "the file", f"is larger than {SIZE_LIMIT} characters")
    try:
        data = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader, only narrower
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "the file"
        raise ProfileError(path.name, line, str(error.problem)) from error
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise ProfileError(path.name, "the file", f"is not YAML: {error}") from error
    return Section(path.name, "", data)
