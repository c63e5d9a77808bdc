"""A mail's HTML that is rendered once for all says for each recipient what its own rendering would say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.mail.kinds import KINDS
from invite_pipeline.mail.letter_mail import Composer
from tests.builders import a_recipient, a_workspace

INVITATION = Invitation("k-bonn", "C0DE000000", 1, InvitationState.ISSUED)


@pytest.mark.parametrize("name", ["mail.html", "reminder.html"])
@given(
    salutation=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Co"), blacklist_characters="\xa0"), min_size=1)
)
def test_shared_html_is_that_of_each_recipient(name: str, salutation: str) -> None:
    composer = Composer(a_workspace(Path("nowhere")))
    kind = KINDS["invitation" if name == "mail.html" else "reminder"]
    context = composer.context(a_recipient(), INVITATION, Tracking(), kind)
    context |= {"salutation": salutation}
    shared, own = composer._html(name, context, shared=True), composer._filled(name, context)
    # In text, quotation marks may stand as they are or as references; both are the same HTML.
    assert shared.replace("&#34;", '"').replace("&#39;", "'") == own


@pytest.mark.parametrize("name", ["mail.txt", "reminder.txt"])
@given(
    salutation=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Co")), min_size=1).map(str.strip).filter(bool)
)
def test_shared_text_is_that_of_each_recipient(name: str, salutation: str) -> None:
    composer = Composer(a_workspace(Path("nowhere")))
    kind = KINDS["invitation" if name == "mail.txt" else "reminder"]
    context = composer.context(a_recipient(), INVITATION, Tracking(), kind) | {"salutation": salutation}
    shared = composer._plain(name, context, shared=True)
    assert composer._texts[name] is not None
    assert shared == composer._templates.render(name, **context)
