"""The words by which a hospital calls its equipment, each with what it names: whole, begun, or mistyped. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from assets.find.text import slips, trigrams

SHORTEST_MISTYPED = 4
"""Of fewer letters, almost anything would be near."""
LETTERS_PER_SLIP = 6
"""One slip in a word of up to so many letters, two in a longer one."""
MOST_LOOKED_AT = 60
"""Words with most letters in common that are compared letter by letter."""

Names = frozenset[int]


class Vocabulary:
    """Word → what it names, by number."""

    def __init__(self, named: Mapping[int, Iterable[str]]) -> None:
        known: dict[str, set[int]] = defaultdict(set)
        for number, words in named.items():
            for word in words:
                known[word].add(number)
        self._known = {word: frozenset(numbers) for word, numbers in known.items()}
        self._sorted = sorted(self._known)
        self._with: dict[str, list[str]] = defaultdict(list)
        for word in self._sorted:
            for three in trigrams(word):
                self._with[three].append(word)

    def whole(self, word: str) -> Names:
        return self._known.get(word, frozenset())

    def begun(self, word: str) -> Names:
        """What has a word that begins so."""
        found: set[int] = set()
        for at in range(bisect_left(self._sorted, word), len(self._sorted)):
            if not self._sorted[at].startswith(word):
                break
            found |= self._known[self._sorted[at]]
        return frozenset(found)

    def mistyped(self, word: str) -> Names:
        """What has a word that is this one but for a slip or two, or that begins so but for a slip.

        Words with digits mean themselves: “200” is not “300”.
        """
        if len(word) < SHORTEST_MISTYPED or any(character.isdigit() for character in word):
            return frozenset()
        most = 1 if len(word) <= LETTERS_PER_SLIP else 2
        found: set[int] = set()
        for other in self._alike(word):
            if slips(word, other, most) is not None or self._begins_nearly(word, other):
                found |= self._known[other]
        return frozenset(found)

    def _alike(self, word: str) -> list[str]:
        shared = Counter(other for three in trigrams(word) for other in self._with.get(three, ()))
        return [other for other, _ in shared.most_common(MOST_LOOKED_AT)]

    @staticmethod
    def _begins_nearly(word: str, other: str) -> bool:
        lengths = range(len(word) - 1, min(len(word) + 2, len(other)))
        return any(slips(word, other[:length], 1) is not None for length in lengths)
