"""Finding units by what a file calls them: a name in any language, or with those above, "Sở A / Phòng B"."""

from collections.abc import Iterable

from survey.store.units import Unit
from survey.web.locale import Gettext
from survey.web.searching import fold


class UnitLookupError(ValueError):
    """No unit, or several, are called so. The message says what to do."""


class UnitLookup:
    """Units by their names in every language, and by those of the units above them."""

    def __init__(self, units: Iterable[Unit]) -> None:
        rows = list(units)
        self._by_id = {row.id: row for row in rows}
        self._ids_by_name: dict[str, list[int]] = {}
        for row in rows:
            for name in {fold(name) for name in row.names.translations.values()}:
                self._ids_by_name.setdefault(name, []).append(row.id)

    def find(self, text: str, _: Gettext) -> int:
        """The number of the unit that is called so; UnitLookupError for none or several."""
        whole = self._ids_by_name.get(fold(text), [])
        *above, last = [fold(part.strip()) for part in text.split("/")]
        unit_ids = whole or [
            unit_id for unit_id in self._ids_by_name.get(last, []) if self._is_below(unit_id, above)
        ]
        if len(unit_ids) == 1:
            return unit_ids[0]
        if unit_ids:
            message = _("{n} units are called {name}; write the unit above before it, as Unit above / {name}")
            raise UnitLookupError(message.format(n=len(unit_ids), name=text[:60]))
        message = _(
            "there is no unit {name} that is open and that you manage; add it first, or correct the name"
        )
        raise UnitLookupError(message.format(name=repr(text[:60])))

    def _is_below(self, unit_id: int, names: list[str]) -> bool:
        """Whether the units above have these names, in this order, perhaps with others between."""
        waiting = list(names)
        parent_id = self._by_id[unit_id].parent_id
        while waiting and parent_id in self._by_id:
            parent = self._by_id[parent_id]
            if waiting[-1] in {fold(name) for name in parent.names.translations.values()}:
                waiting.pop()
            parent_id = parent.parent_id
        return not waiting
