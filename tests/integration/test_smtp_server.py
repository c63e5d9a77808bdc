from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.smtp


@pytest.fixture
def client(smtp_server: SmtpServer) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("127.0.0.1", smtp_server.port, timeout=10)
    yield client
    client.close()


def send(client: smtplib.SMTP, *recipients: str) -> dict[str, tuple[int, bytes]]:
    message = EmailMessage()
    message["Subject"] = "Einladung nach Köln"
    message.set_content("Grüße\n.\nPunkt")
    return client.send_message(message, "from@office.example", recipients)


def test_mail_is_kept_with_its_envelope(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    send(client, "a@stadt.example", "b@stadt.example")
    (delivery,) = smtp_server.deliveries
    assert delivery.sender == "from@office.example"
    assert delivery.recipients == ("a@stadt.example", "b@stadt.example")
    assert delivery.message["Subject"] == "Einladung nach Köln"
    assert delivery.message.get_content() == "Grüße\r\n.\r\nPunkt\r\n"


@pytest.mark.parametrize("answer", ["450 4.2.0 Greylisted", "550 5.1.1 No such user"])
def test_refused_recipient_is_refused_alone(smtp_server: SmtpServer, client: smtplib.SMTP, answer: str) -> None:
    smtp_server.refuse("a@stadt.example", answer)
    refused = send(client, "a@stadt.example", "b@stadt.example")
    code, _, text = answer.partition(" ")
    assert refused == {"a@stadt.example": (int(code), text.encode())}
    assert smtp_server.mails_per_recipient() == {"b@stadt.example": 1}


def test_fault_ends_after_its_number_of_times(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    smtp_server.refuse("a@stadt.example", "450 4.2.0 Greylisted", times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(client, "a@stadt.example")
    assert send(client, "a@stadt.example") == {}


def test_refusing_everyone_refuses_each(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    smtp_server.refuse_everyone("554 5.7.1 Relay access denied")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(client, "a@stadt.example", "b@stadt.example")
    assert set(refused.value.recipients) == {"a@stadt.example", "b@stadt.example"}


def test_refused_content_is_not_kept(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    smtp_server.refuse_content("a@stadt.example", "554 5.7.1 Looks like spam")
    with pytest.raises(smtplib.SMTPDataError, match="Looks like spam"):
        send(client, "a@stadt.example")
    assert smtp_server.deliveries == []


def test_421_is_said_before_the_server_hangs_up(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    smtp_server.refuse("a@stadt.example", "421 4.7.0 Too many messages", times=1)
    client.ehlo()
    client.mail("from@office.example")
    assert client.rcpt("a@stadt.example") == (421, b"4.7.0 Too many messages")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()


def test_drop_before_data_keeps_nothing(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    smtp_server.drop("a@stadt.example", "before_data")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(client, "a@stadt.example")
    assert smtp_server.deliveries == []


def test_drop_after_data_keeps_the_mail_and_never_says_so(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    smtp_server.drop("a@stadt.example", "after_data")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(client, "a@stadt.example")
    assert smtp_server.mails_per_recipient() == {"a@stadt.example": 1}


def test_connections_are_counted(smtp_server: SmtpServer, client: smtplib.SMTP) -> None:
    send(client, "a@stadt.example")
    smtplib.SMTP("127.0.0.1", smtp_server.port, timeout=10).close()
    assert smtp_server.connections == 2
