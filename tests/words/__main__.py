"""``make words``: brings new texts into the files of words, compiles them, and says what has no words yet."""

from __future__ import annotations

import sys

from tests.words.catalogues import DOMAINS, LANGUAGES, as_mo, as_po, bring_in, missing, path_of, read


def main() -> int:
    lacking = 0
    for language in LANGUAGES:
        for domain, texts in DOMAINS.items():
            path = path_of(language, domain)
            catalogue = read(path, language)
            bring_in(catalogue, texts())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_po(catalogue))
            path.with_suffix(".mo").write_bytes(as_mo(catalogue))
            without = missing(catalogue)
            lacking += len(without)
            print(f"{path.parent.parent.name}/{domain}: {len(catalogue)} texts, {len(without)} without words")
            for text in without:
                print(f"    {text}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
