"""What becomes of works that were under way when the backup was made, in the restored studio."""

from affiche.db.database import Transaction


async def begin_anew(transaction: Transaction) -> int:
    """Let every job go on here without touching a run of the original's; how many had begun.

    The original may still be running, on the same engine. So what is on an engine is left to it:
    jobs go back to pending, which counts no take here; runs that it means to stop are its own to
    stop; and unfinished jobs get new ids, from which the ids of their runs are made.
    """
    begun = [row["id"] for row in await transaction.rows("backups.put_back")]
    await transaction.run("backups.uncount", ids=begun)
    await transaction.run("backups.forget_withdrawals")
    await transaction.run("backups.detach_withdrawals")
    await transaction.run("backups.rename_jobs")
    # What is still to be told, the original tells.
    await transaction.run("messages.forget")
    await transaction.run("messages.forget_unsent")
    await transaction.run("alerts.forget_mails")
    # It is the original's process that hosts the preview engine there.
    await transaction.run("backups.forget_preview")
    return len(begun)
