"""The dashboards themselves, one file for each person who looks: what is shown, in both languages, and by which query."""
