# SPDX-License-Identifier: EUPL-1.2
"""A mailbox pages by instant and id; what is unread is counted without reading the rest.

The policy says the same as before. As a comparison the planner took it for one space in thousands, on top of the query's own
condition, and sorted the whole mailbox to show the newest; as a CASE it takes it for every other row and reads along the index.
"""

from django.db import migrations, models

OWN = "CASE WHEN (SELECT principal_space()) IS NULL THEN false ELSE space = (SELECT principal_space()) END"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_mailbox")]
    operations = [
        migrations.AddIndex(
            model_name="message", index=models.Index(fields=["space", "-sent_at", "-id"], name="delivery_message_newest")
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["space", "-sent_at", "-id"], condition=models.Q(("read_at__isnull", True)), name="delivery_message_unread"
            ),
        ),
        migrations.RemoveIndex(model_name="message", name="delivery_message_space"),
        migrations.RunSQL(f"ALTER POLICY delivery_message_select ON delivery_message USING ({OWN})", migrations.RunSQL.noop),
    ]
