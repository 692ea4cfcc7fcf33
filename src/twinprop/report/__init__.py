"""What came of runs, in a form that can be handed in: tables, figures, one page."""
