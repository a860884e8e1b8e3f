"""Why a new password is refused, in words."""

from survey.accounts.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, WeakPassword, find_weakness
from survey.store import questionnaires
from survey.store.people import Person
from survey.web.context import database
from survey.web.templates import gettext as _

_NAMES_LIMIT = 20  # of published questionnaires


def problem_of_new(password: str, person: Person) -> dict[str, str]:
    """What is wrong with a new password of a person, under the name of its field; {} for a good one."""
    weakness = find_weakness(password, person, _office_names())
    return {"new": _weakness_message(weakness)} if weakness else {}


def _office_names() -> list[str]:
    """The names of the office, as published questionnaires have them."""
    digests = [row.digest for row in database().read(questionnaires.versions)][:_NAMES_LIMIT]
    loaded = database().read(lambda s: [questionnaires.questionnaire(s, digest) for digest in digests])
    return [name for version in loaded for name in version.organisation.translations.values()]


def _weakness_message(weakness: WeakPassword) -> str:
    """Why a password is refused, and what to do."""
    messages = {
        WeakPassword.PRESENT: _("This is your current password. Choose another one"),
        WeakPassword.NAME: _(
            "The password is made of your name, your sign-in name or the office's name. Choose four or more"
            " words that do not belong together"
        ),
        WeakPassword.REPEATED: _(
            "The password repeats the same characters. Choose four or more words that do not belong together"
        ),
        WeakPassword.SEQUENCE: _(
            "The password follows the alphabet, the digits or the keys of a keyboard. Choose four or more"
            " words that do not belong together"
        ),
        WeakPassword.COMMON: _(
            "Many people use a password like this one, so it is among the first to be guessed. Choose four or"
            " more words that do not belong together"
        ),
        WeakPassword.WRONG_LENGTH: _("A password has %(least)s to %(most)s characters")
        % {"least": MIN_PASSWORD_CHARS, "most": MAX_PASSWORD_CHARS},
    }
    return messages[weakness]
