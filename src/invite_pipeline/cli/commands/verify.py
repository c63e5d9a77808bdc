"""Who signed a letter digitally, and whether it is unchanged: `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import PROBLEMS, app
from invite_pipeline.cli.output import dump, say

if TYPE_CHECKING:
    from invite_pipeline.letters.verify import Signature, Verification


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The PDF of a letter.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Name each who signed a letter digitally, and say whether it is unchanged since."""
    from invite_pipeline.letters.verify import verify_letter

    found = verify_letter(file)
    if as_json:
        dump(_as_document(file, found))
    else:
        _show(file, found)
    if not found.unchanged:
        raise typer.Exit(PROBLEMS)


def _as_document(file: Path, found: Verification) -> dict[str, object]:
    signatures = [
        {
            "signer": one.signer,
            "issuer": one.issuer,
            "self_issued": one.self_issued,
            "fingerprint": one.fingerprint,
            "signed_at": one.signed_at.isoformat() if one.signed_at else None,
            "valid": not one.problem,
            "problem": one.problem or None,
        }
        for one in found.signatures
    ]
    return {"file": str(file), "unchanged": found.unchanged, "signatures": signatures}


def _show(file: Path, found: Verification) -> None:
    if not found.signatures:
        say(f"{file} is not signed.")
        return
    for one in found.signatures:
        say(_line(one))
    if found.unchanged:
        say(f"{file} is unchanged since it was signed.")
    else:
        say(f"{file} is NOT what was signed.")
    say("Who issued a certificate was not checked: compare the fingerprints with the signers'.")


def _line(one: Signature) -> str:
    vouched = "issued by nobody else" if one.self_issued else f"issued by {one.issuer}"
    when = f", {one.signed_at:%d.%m.%Y}" if one.signed_at else ""
    return f"{'NOT VALID' if one.problem else 'valid'}: {one.signer}{when} ({vouched}, SHA-256 {one.fingerprint})" + (
        f": {one.problem}" if one.problem else ""
    )
