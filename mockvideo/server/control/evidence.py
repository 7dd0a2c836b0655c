"""What an account's requests were and what they came to: journal, ledgers, sum; and how all of it is forgotten."""

from __future__ import annotations

from mockvideo.core import control
from mockvideo.core.audit import Usage
from mockvideo.server.control.asked import JournalPage, Nothing, ResetOrder
from mockvideo.server.control.entries import fits, told
from mockvideo.server.control.told import AuditTold, JournalTold, LedgersTold, LedgerTold, ResetTold, Spending
from mockvideo.server.control.visit import Visit

RESETS = {
    "journal": control.reset_journal,
    "jobs": control.reset_jobs,
    "rules": control.reset_rules,
    "all": control.reset,
}


async def journal(visit: Visit, asked: JournalPage) -> JournalTold:
    """Tell the newest entries that are asked for."""
    kept = visit.known_account.journal
    entries = [entry for entry in kept if fits(entry, asked)][-asked.limit :]
    return JournalTold(
        entries=[told(entry, kept.body(entry.number) if asked.bodies else None) for entry in entries],
        exchanges=kept.count,
        forgotten=kept.count - len(kept),
    )


async def ledger(visit: Visit, _: Nothing) -> LedgersTold:
    """Tell the credits in every dialect."""
    account = visit.known_account
    with account.lock:
        account.fold()
        books = {name: account.ledger(dialect.terms) for name, dialect in visit.desk.dialects.items()}
    return LedgersTold(
        dialects={
            name: LedgerTold(
                currency=book.tariff.currency,
                balance=book.balance,
                held=book.held,
                charged=book.charged,
                refunded=book.refunded,
                lent=book.lent,
            )
            for name, book in books.items()
        }
    )


async def audit(visit: Visit, _: Nothing) -> AuditTold:
    """Tell what the exchanges came to; the first time begins to watch an account."""
    kept = visit.desk.audits.of(visit.known_account)
    report = kept.report()
    dialects = {usage.dialect: _spending(usage) for usage in report.dialects}
    return AuditTold(missed=kept.missed, jobs=report.jobs, forgotten=report.forgotten, dialects=dialects)


async def reset(visit: Visit, asked: ResetOrder) -> ResetTold:
    """Forget what is named; numbers of the journal go on."""
    for subject in dict.fromkeys(asked.what):
        RESETS[subject](visit.known_account)
        if subject in {"journal", "all"}:
            visit.desk.audits.restart(visit.known_account)
    return ResetTold(reset=list(dict.fromkeys(asked.what)))


def _spending(usage: Usage) -> Spending:
    return Spending(
        currency=usage.currency,
        cost=usage.bills.submitted.amount,
        wasted=usage.bills.wasted.amount,
        bills=usage.bills,
        traffic=usage.traffic,
        median=usage.median,
        p95=usage.p95,
    )
