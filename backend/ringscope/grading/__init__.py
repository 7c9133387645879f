"""Named checks with points, verdict, reason and evidence."""
