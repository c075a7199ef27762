"""The log, the rows that failed, and the mail to the uploader."""

import io
import re
import zipfile
from dataclasses import replace

from flask_babel import force_locale
from sqlalchemy import select

import batch.reading as reading
from authsvc.core import outbox
from authsvc.core.kit import Kit
from authsvc.core.letters import write_letter
from authsvc.core.mail import Attachment, Letter, Smtp
from authsvc.core.outbox import OutboxMail
from authsvc.identity.numbers import mask_number
from batch import downloads
from tests.authsvc.registration.acts import change_person
from tests.batch.scene import Scene, file_of, line
from tests.simulators import Transports

STAMP = r"\d{4}/\d{1,2}/\d{1,2} (上午|下午) \d\d:\d\d:\d\d"


def letter_to_uploader(scene: Scene, kit: Kit) -> Letter:
    with kit.read() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.template == "batch/mail/done")).one()
    with scene.app.app_context(), force_locale("zh_Hant_TW"):
        return write_letter(kit, mail)


def test_the_log_has_a_line_for_each_row_and_the_total(scene: Scene, transports: Transports) -> None:
    # given
    clerk, (good, gone) = scene.clerk(), scene.crowd[:2]
    change_person(transports, gone.national_id, unit_code=None)
    batch_id = scene.sent(clerk, f"{line(good)}\r\n{line(gone)}\r\n".encode())
    waiting = clerk.get(f"/{batch_id}/log", language="zh-TW")
    assert waiting.text == ""
    # when
    scene.work()
    answer = clerk.get(f"/{batch_id}/log", language="zh-TW")
    # then
    expected = [
        rf"{STAMP} 第1筆資料: {re.escape(mask_number(good.national_id))} 註冊申請入檔成功，認證信寄送中",
        rf"{STAMP} 第2筆資料: {re.escape(mask_number(gone.national_id))} 非該單位在保保險對象!不予入檔!",
        rf"{STAMP} 結束執行",
        rf"{STAMP} 總共上傳2筆,成功註冊1筆,失敗1筆",
    ]
    lines = answer.text.removesuffix("\r\n").split("\r\n")
    assert [bool(re.fullmatch(form, said)) for form, said in zip(expected, lines, strict=True)] == [True] * 4, lines
    name = re.escape(scene.name().removesuffix(".csv")) + r"\.\d{13}\.log"
    assert re.fullmatch(rf"attachment; filename={name}", answer.headers["Content-Disposition"])
    assert good.national_id not in answer.text


def test_the_log_speaks_english_too(scene: Scene) -> None:
    clerk = scene.clerk()
    batch_id = scene.sent(clerk, file_of(scene.crowd[:1]))
    scene.work()
    told = clerk.get(f"/{batch_id}/log").text

    assert "Row 1: " in told
    assert told.endswith("1 rows uploaded, 1 entered, 0 failed\r\n")


def test_the_uploader_is_told_with_the_log_attached(scene: Scene) -> None:
    # given
    clerk = scene.clerk()
    scene.sent(clerk, f"{line(scene.crowd[0])}\n{line(scene.crowd[1], mobile='1')}\n".encode())
    # when
    scene.work()
    letter = letter_to_uploader(scene, scene.kit)
    # then
    assert letter.to == clerk.person.email
    assert "健保卡註冊網路服務－入檔完成" in letter.subject
    assert "上傳筆數: 2" in letter.text
    assert letter.attachment is not None
    assert (letter.attachment.kind, letter.attachment.name[-4:]) == ("text/plain", ".log")
    assert letter.attachment.content.decode().count("\r\n") == 4
    message = Smtp("smtp://127.0.0.1", "authsvc@localhost")._message(letter)  # noqa: SLF001 - what is sent
    files = [part.get_filename() for part in message.iter_attachments()]
    assert files == [letter.attachment.name]


def test_a_long_log_goes_zipped(scene: Scene) -> None:
    # given a file of more rows than a mail shows
    crowd = scene.crowd
    lines = [
        line(crowd[at % 1_000], phone="" if at < 1_000 else "02-1234567") for at in range(downloads.ZIPPED_FROM + 1)
    ]
    scene.sent(scene.clerk(), "\n".join(lines).encode())
    # when
    scene.work()
    attached = letter_to_uploader(scene, scene.kit).attachment
    # then
    assert attached is not None
    assert attached.kind == "application/zip"
    with zipfile.ZipFile(io.BytesIO(attached.content)) as archive:
        (name,) = archive.namelist()
        assert len(archive.read(name).decode().splitlines()) == downloads.ZIPPED_FROM + 3
    assert attached.name == f"{name}.zip"


def test_a_mail_whose_file_is_gone_goes_without_it(scene: Scene) -> None:
    with scene.kit.begin() as session:
        outbox.post(
            session,
            scene.kit,
            to=["a@example.org"],
            template="batch/mail/done",
            language="en",
            attachment="batch_log:x",
        )
        outbox.post(
            session, scene.kit, to=["b@example.org"], template="mail/notice", language="en", attachment="no:x", what="x"
        )
    with scene.kit.read() as session:
        mails = session.scalars(select(OutboxMail)).all()
    with scene.app.app_context(), force_locale("en"):
        assert [write_letter(scene.kit, mail).attachment for mail in mails] == [None, None]


def test_the_rows_that_failed_come_back_as_they_were_typed_and_can_be_uploaded_again(scene: Scene) -> None:
    # given
    clerk, (good, formula, wrong) = scene.clerk(), scene.crowd[:3]
    typed = [line(good), line(formula, email="=1+1@x", phone="+1"), line(wrong, mobile="-9")]
    batch_id = scene.sent(clerk, "\n".join(typed).encode())
    scene.work()
    # when
    answer = clerk.get(f"/{batch_id}/failed.csv")
    # then
    assert answer.headers["Content-Disposition"] == f"attachment; filename={scene.name()}"
    content = answer.data
    assert b"'=1+1@x" in content
    assert b"'+1" in content
    assert good.national_id.encode() not in content
    found = list(reading.read(io.BytesIO(content), encoding="auto"))
    assert [row.cells for row in found if isinstance(row, reading.Row)] == [
        (formula.national_id, "=1+1@x", "0912345678", "+1"),
        (wrong.national_id, f"{wrong.key}@mail.example.tw", "-9", "02-21234567#12"),
    ]
    again = clerk.upload(content, name=scene.name())
    assert again.status_code == 201


def test_the_template_is_a_file_that_is_taken(scene: Scene) -> None:
    clerk = scene.clerk()
    answer = clerk.client.get(f"/api/v1/units/{scene.unit.code}/batch-template.csv")

    assert answer.headers["Content-Disposition"] == f"attachment; filename={scene.name()}"
    assert clerk.upload(answer.data, name=scene.name()).status_code == 201


def test_a_letter_keeps_its_two_forms_beside_a_file() -> None:
    letter = Letter(to="a@example.org", subject="s", text="t\n", html="<p>h</p>")
    zipped = replace(letter, attachment=Attachment(name="a.zip", kind="application/zip", content=b"PK"))
    message = Smtp("smtp://127.0.0.1", "authsvc@localhost")._message(zipped)  # noqa: SLF001 - what is sent

    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/zip"),
    ]
