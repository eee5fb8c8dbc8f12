"""Other fact-checkers' published reviews, read from whatever file they come in."""
