"""The one tree of errors, and Problem, the value that a bad row or setting becomes.

A bad input is a value (all are collected and shown at once); a run that cannot go on is an exception.
Every exception says in one sentence what is wrong and, in `fix`, how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the input.

    `where` is a path relative to the campaign folder; `row` counts as the file shows it (a spreadsheet's header
    is row 1, a text file's first line is 1); `column` is a spreadsheet column letter or a setting's name.
    """

    severity: Severity
    where: str
    message: str
    fix: str = ""
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.where, self.row, self.column) if part not in (None, ""))
        return f"{place}: {self.message}" + (f" {self.fix}" if self.fix else "")


class InviteError(Exception):
    """Base of all errors that a user can mend; `exit_status` is the command's."""

    exit_status = 2

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __reduce__(self) -> tuple[object, ...]:
        # Made anew from its fields: a subclass's arguments are not its message, and a process hands errors on.
        return _made_anew, (type(self), self.args, self.__dict__)


def _made_anew(kind: type[InviteError], args: tuple[object, ...], fields: dict[str, object]) -> InviteError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


class CampaignInvalid(InviteError):
    """campaign.toml, a template or an asset is broken; `problems` names every place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RecipientsInvalid(InviteError):
    """A recipient list cannot be used; `problems` names every row."""

    exit_status = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TemplateBroken(InviteError):
    """A template cannot be rendered: `file` relative to the campaign folder, `line` from 1."""

    def __init__(self, file: str, line: int | None, message: str, fix: str = "") -> None:
        super().__init__(f"{file}:{line or 1}: {message}", fix)
        self.file, self.line = file, line


class UnknownRecipient(InviteError):
    """No recipient has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"No recipient has the key {key!r}.",
            "List the keys with: invite recipients --json; a new list is loaded by: invite render",
        )
        self.key = key


class LetterFailed(InviteError):
    """A letter could not be made for one recipient."""

    def __init__(self, recipient: str, message: str, fix: str = "") -> None:
        super().__init__(f"The letter for {recipient} could not be made: {message}", fix)
        self.recipient = recipient


class CertificateUnusable(InviteError):
    """A host's certificate cannot be used to sign letters."""


class InvalidToken(InviteError):
    """A link, bounce address or code was not made by this campaign, or was altered."""


class StoreUnusable(InviteError):
    """The store cannot be opened, is locked, full, or of another version."""


class StoreLost(StoreUnusable):
    """The database server went away in the middle of a transaction."""


class MailServerUnusable(InviteError):
    """The mail server cannot be reached, or refuses everything."""


class OutsideHours(InviteError):
    """Mails wait for the hours in which they may go."""

    exit_status = 3


class ReplyRefused(InviteError):
    """A reply cannot be recorded; `field` names the part of the reply that is wrong, if one is."""

    exit_status = 1

    def __init__(self, message: str, fix: str = "", field: str = "") -> None:
        super().__init__(message, fix)
        self.field = field


class AnswerChanged(InviteError):
    """Somebody else answered between the opening of a form and its sending: they must see that answer first."""

    exit_status = 1

    def __init__(self) -> None:
        super().__init__("The answer was changed meanwhile.", "Look at the newest answer, then change it.")


class RecordChanged(InviteError):
    """Somebody else changed what a form is about between its opening and its sending."""

    exit_status = 1

    def __init__(self) -> None:
        super().__init__("It was changed meanwhile.", "Look at how it stands, then change it.")


class CorrectionRefused(InviteError):
    """A recipient's data cannot be corrected like this; `field` names what is wrong, if one field is."""

    exit_status = 1

    def __init__(self, message: str, fix: str = "", field: str = "") -> None:
        super().__init__(message, fix)
        self.field = field


class GroupFull(InviteError):
    """There is no place left in a working group."""

    exit_status = 1

    def __init__(self, group: str) -> None:
        super().__init__(f"“{group}” is full.", "Raise its capacity, or put them on the waiting list.")


class ReviewSettled(InviteError):
    """Somebody else has decided on a reply that waited for a human."""

    exit_status = 1

    def __init__(self) -> None:
        super().__init__("This reply was decided on meanwhile.", "Look at what was decided.")


class SettingInvalid(ValueError):
    """A campaign's value is out of its domain; `setting` is the dotted name as in campaign.toml."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(message)
        self.setting = setting
